package provider

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// notLive wraps what went wrong with an object that exists. The first words are those of the real provider, so that whoever reads its
// output reads this one's.
func notLive(name string, err error) error {
	return fmt.Errorf("the Kubernetes API server reported that %q failed to fully initialize or become live: %w", name, err)
}

// notReady is an object that was applied but did not become what it was waited for.
type notReady struct {
	summary string   // what was waited for, and for how long
	details []string // what is missing, one plain sentence each
}

func (e notReady) Error() string {
	if len(e.details) == 0 {
		return e.summary
	}
	return e.summary + ":\n  - " + strings.Join(e.details, "\n  - ")
}

// partial reports a failure together with the state the object is in, so that the engine records it and the next update carries on from
// there.
func partial(id string, inputs, state resource.PropertyMap, name string, cause error) error {
	properties, err := marshal("partial.state", state)
	if err != nil {
		return err
	}
	in, err := marshal("partial.inputs", inputs)
	if err != nil {
		return err
	}
	failure := notLive(name, cause)
	detail := &pulumirpc.ErrorResourceInitFailed{Id: id, Properties: properties, Inputs: in, Reasons: []string{failure.Error()}}
	with, err := status.New(codes.Unknown, failure.Error()).WithDetails(detail)
	if err != nil {
		return failure
	}
	return with.Err()
}
