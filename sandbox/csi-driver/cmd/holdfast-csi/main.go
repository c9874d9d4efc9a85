// The command holdfast-csi serves the sandbox's CSI driver on unix sockets.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"

	"holdfast.local/sandbox/csi-driver/internal/driver"
	"holdfast.local/sandbox/csi-driver/internal/pool"
)

const (
	maintenanceInterval = 30 * time.Second
	shutdownGrace       = 5 * time.Second
)

type options struct {
	endpoint, node, pool, registrationDir string
}

func main() {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds)
	opts, err := parse(os.Args[1:])
	if err == nil {
		err = serve(opts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "holdfast-csi:", err)
		os.Exit(1)
	}
}

// parse reports everything that is wrong with the command line at once.
func parse(args []string) (options, error) {
	var opts options
	flags := flag.NewFlagSet("holdfast-csi", flag.ExitOnError)
	flags.StringVar(&opts.endpoint, "endpoint", "", "socket to serve CSI on: unix:///absolute/path (made with mode 0600)")
	flags.StringVar(&opts.node, "node-id", "", "name of the node whose mounts this process makes; leave out for a controller only")
	flags.StringVar(&opts.pool, "pool", "", "directory on which the pool's btrfs file system is mounted")
	flags.StringVar(&opts.registrationDir, "registration-dir", "", "the kubelet's plugins_registry directory, to register there; needs --node-id")
	version := flags.Bool("version", false, "print the version and exit")
	_ = flags.Parse(args)
	if *version {
		fmt.Println(driver.Name, driver.Version)
		os.Exit(0)
	}
	var wrong []string
	path, isUnix := strings.CutPrefix(opts.endpoint, "unix://")
	if !isUnix || !filepath.IsAbs(path) {
		wrong = append(wrong, fmt.Sprintf("--endpoint %q: must be unix:// and an absolute path, such as unix:///run/holdfast/csi.sock", opts.endpoint))
	}
	opts.endpoint = path
	if opts.pool == "" {
		wrong = append(wrong, "--pool is missing: the directory on which the pool is mounted")
	}
	if opts.registrationDir != "" && opts.node == "" {
		wrong = append(wrong, "--registration-dir without --node-id: a kubelet registers a node's driver, name the node")
	}
	if extra := flags.Args(); len(extra) > 0 {
		wrong = append(wrong, fmt.Sprintf("arguments %q: only flags are allowed", extra))
	}
	if len(wrong) > 0 {
		return opts, fmt.Errorf("%s", strings.Join(wrong, "\n  "))
	}
	return opts, nil
}

// serve returns when a signal ends it, or nothing can be served.
func serve(opts options) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	p, err := pool.Open(ctx, opts.pool, opts.node)
	if err != nil {
		return err
	}
	defer p.Close()
	go p.Maintain(ctx, maintenanceInterval, func(err error) { log.Printf("maintenance of the pool: %v", err) })

	failed := make(chan error, 2)
	servers := []*grpc.Server{}
	start := func(path string, register func(*grpc.Server)) error {
		listener, err := listen(path)
		if err != nil {
			return err
		}
		server := grpc.NewServer(grpc.UnaryInterceptor(driver.Log))
		register(server)
		servers = append(servers, server)
		go func() { failed <- server.Serve(listener) }()
		return nil
	}
	if err := start(opts.endpoint, driver.New(p, opts.node).Register); err != nil {
		return err
	}
	if opts.registrationDir != "" {
		// After the driver's own socket: the kubelet calls it as soon as it sees the registration.
		registration := &driver.Registration{Endpoint: opts.endpoint}
		if err := start(filepath.Join(opts.registrationDir, driver.Name+"-reg.sock"), registration.Register); err != nil {
			return err
		}
	}
	log.Printf("%s %s serves pool %s on %s (node %q)", driver.Name, driver.Version, opts.pool, opts.endpoint, opts.node)

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	// Calls under way may end; the sockets are gone at once.
	for i := len(servers) - 1; i >= 0; i-- {
		timer := time.AfterFunc(shutdownGrace, servers[i].Stop)
		servers[i].GracefulStop()
		timer.Stop()
	}
	return nil
}
