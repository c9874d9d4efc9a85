package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// logger sends messages to the engine, which shows them beside the resource. Without an engine it is silent.
type logger struct{ engine pulumirpc.EngineClient }

func (l logger) send(ctx context.Context, severity pulumirpc.LogSeverity, urn resource.URN, ephemeral bool, message string) {
	if l.engine == nil {
		return
	}
	// A message must get out even when the operation it is about was just cancelled, and must never hold one up.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	_, _ = l.engine.Log(ctx, &pulumirpc.LogRequest{
		Severity: severity, Urn: string(urn), Message: strings.ToValidUTF8(message, "?"), Ephemeral: ephemeral,
	})
}

func (l logger) debug(ctx context.Context, format string, args ...any) {
	l.send(ctx, pulumirpc.LogSeverity_DEBUG, "", false, fmt.Sprintf(format, args...))
}

func (l logger) warn(ctx context.Context, urn resource.URN, format string, args ...any) {
	l.send(ctx, pulumirpc.LogSeverity_WARNING, urn, false, fmt.Sprintf(format, args...))
}

// status shows what an operation is waiting for; the next one takes its place.
func (l logger) status(ctx context.Context, urn resource.URN, message string) {
	l.send(ctx, pulumirpc.LogSeverity_INFO, urn, true, message)
}

type urnKey struct{}

// about tells deeper layers which resource a request to the API server is for.
func about(ctx context.Context, urn resource.URN) context.Context {
	return context.WithValue(ctx, urnKey{}, urn)
}

func urnOf(ctx context.Context) resource.URN {
	urn, _ := ctx.Value(urnKey{}).(resource.URN)
	return urn
}

// HandleWarningHeaderWithContext shows a warning of the API server (a deprecated version, a Pod Security violation) at its resource.
func (p *Provider) HandleWarningHeaderWithContext(ctx context.Context, code int, _ string, text string) {
	if code != 299 || text == "" || p.options.quietDeprecations {
		return
	}
	if p.warned.first(string(urnOf(ctx)) + "\x00" + text) {
		p.log.warn(ctx, urnOf(ctx), "%s", text)
	}
}
