// The command pulumi-language-nodejs is the sandbox's language host. The Pulumi engine starts it and reads its port from the first line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"holdfast.local/sandbox/language-host/internal/host"
	"holdfast.local/sandbox/language-host/internal/process"
)

// maxMessageBytes is the engine's own limit: a large stack's state travels in single messages.
const maxMessageBytes = 400 << 20

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

func serve() error {
	tracing := flag.String("tracing", "", "endpoint to send traces to")
	// The engine may give these to any plugin; there is nothing here that they could change.
	flag.Bool("logtostderr", false, "ignored")
	flag.Bool("logflow", false, "ignored")
	flag.Int("v", 0, "ignored")
	flag.Parse()

	life, end := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer end()
	go func() {
		process.ParentGone(life)
		if life.Err() == nil {
			process.KillGroup()
		}
	}()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageBytes))
	pulumirpc.RegisterLanguageRuntimeServer(server, host.New(life, flag.Arg(0), *tracing))
	go func() {
		<-life.Done()
		// Calls under way end by themselves: their programs are being interrupted, and killed after the grace.
		time.AfterFunc(process.Grace+time.Second/2, server.Stop)
		server.GracefulStop()
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	if err := server.Serve(listener); !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}
