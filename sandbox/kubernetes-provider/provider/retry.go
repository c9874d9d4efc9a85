package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const (
	// outage is how long an API server that has answered before may be away (a restart, a failover) before an operation fails.
	outage = 2 * time.Minute
	// firstContact is how long a server that has never answered is tried: a wrong address should be said soon.
	firstContact = 5 * time.Second
	// firstDelay and longestDelay bound the growing pause between two tries.
	firstDelay, longestDelay = 250 * time.Millisecond, 5 * time.Second
)

// unreachable means that the API server can't be asked: nothing is known about the objects in it.
type unreachable struct{ cause error }

func (e unreachable) Error() string {
	return fmt.Sprintf("the Kubernetes cluster can't be reached: %v", e.cause)
}
func (e unreachable) Unwrap() error { return e.cause }

func isUnreachable(err error) bool {
	var u unreachable
	return errors.As(err, &u)
}

// retry runs an idempotent request until it is answered. Only the absence of an answer is retried, never an answer.
func (c *cluster) retry(ctx context.Context, request func() error) error {
	start, delay := time.Now(), firstDelay
	for {
		err := request()
		if !isTransient(err) {
			if err == nil || isAnswer(err) {
				c.reached.first("")
			}
			return err
		}
		limit := firstContact
		if c.reached.has("") {
			limit = outage
		}
		if time.Since(start)+delay > limit || isWrongServer(err) {
			return unreachable{fmt.Errorf("%s: %w", c.host, err)}
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(delay):
		}
		delay = min(delay*2, longestDelay)
	}
}

// isAnswer says whether the error is the API server's verdict and not a failure to get one.
func isAnswer(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) || isUnknownKind(err)
}

// isTransient says whether asking again may help: the connection failed or broke, or the server is starting, stopping or overloaded.
func isTransient(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		if apierrors.IsServiceUnavailable(err) || apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) {
			return true
		}
		text := strings.ToLower(err.Error())
		return apierrors.IsInternalError(err) && (strings.Contains(text, "etcdserver") || strings.Contains(text, "leader changed") ||
			strings.Contains(text, "connection refused") && !strings.Contains(text, "webhook"))
	}
	var netErr net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNREFUSED) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.As(err, &netErr) ||
		strings.Contains(err.Error(), "http2: client connection lost") || strings.Contains(err.Error(), "http2: server sent GOAWAY") ||
		strings.Contains(err.Error(), "connection reset") || strings.Contains(err.Error(), "connection refused")
}

// isWrongServer says whether trying again is pointless: the name doesn't resolve, or the certificate is not the expected one.
func isWrongServer(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "x509:") || strings.Contains(text, "tls:") || strings.Contains(text, "server gave HTTP response to HTTPS client")
}

// isGone says whether the API server answered that this very object does not exist. A bare 404 (a restarting server that doesn't serve
// custom kinds yet answers so) is not that.
func isGone(err error, name string) bool {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details != nil && details.Name == name
}

// isMissingNamespace says whether a request failed because the object's namespace does not exist.
func isMissingNamespace(err error, namespace string) bool {
	var status apierrors.APIStatus
	if namespace == "" || !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details != nil && details.Kind == "namespaces" && details.Name == namespace
}
