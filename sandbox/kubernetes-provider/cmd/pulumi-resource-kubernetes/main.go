// Command pulumi-resource-kubernetes is Holdfast's stand-in for the Pulumi Kubernetes provider plugin. The engine starts it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"k8s.io/klog/v2"

	"holdfast.local/sandbox/kubernetes-provider/provider"
)

// parentPoll is how often the engine's life is looked at; healthPoll is for an engine that is not our parent.
const (
	parentPoll = 500 * time.Millisecond
	healthPoll = 30 * time.Second
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	flags := flag.NewFlagSet("pulumi-resource-kubernetes", flag.ContinueOnError)
	version := flags.Bool("version", false, "print the version of the real provider this one stands in for")
	// What the engine passes to every plugin; nothing here logs or traces on its own.
	flags.Bool("logtostderr", false, "ignored")
	flags.Int("v", 0, "ignored")
	flags.String("tracing", "", "ignored")
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "pulumi-resource-kubernetes: Holdfast's stand-in for the Pulumi Kubernetes provider %s.\n"+
			"It follows that provider's rules against a real API server and is meant for Holdfast's sandbox, where the real one can't be "+
			"downloaded.\nPulumi's engine starts it: pulumi-resource-kubernetes [engine address]\n", provider.Version)
		flags.PrintDefaults()
	}
	if err := flags.Parse(os.Args[1:]); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	if *version {
		fmt.Println(provider.Version)
		return nil
	}
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	return serve(flags.Arg(0))
}

// serve answers the engine until it sends a signal or is gone.
func serve(engine string) error {
	p, err := provider.New(engine)
	if err != nil {
		return fmt.Errorf("the engine at %q can't be reached: %w", engine, err)
	}
	// The engine ends its plugins with SIGINT. Waits are cut short then, and what has been applied is reported before the process ends.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if engine != "" {
		if err := rpcutil.Healthcheck(ctx, engine, healthPoll, stop); err != nil {
			return err
		}
	}
	go exitWithParent(os.Getppid())

	finished := make(chan bool)
	go func() {
		<-ctx.Done()
		_, _ = p.Cancel(context.Background(), nil)
		close(finished)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: finished,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(server, p)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

// exitWithParent ends the process when the engine that started it died without a word: a new parent has taken the process over.
func exitWithParent(parent int) {
	for range time.Tick(parentPoll) {
		if os.Getppid() != parent {
			os.Exit(1)
		}
	}
}
