package pool

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if role := os.Getenv("HOLDFAST_TEST_ROLE"); role != "" {
		if err := play(role); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func play(role string) error {
	ctx := context.Background()
	node := ""
	if role == "publish" {
		node = "node-a"
	}
	p, err := Open(ctx, os.Getenv("HOLDFAST_TEST_POOL"), node)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if role == "publish" {
		err := p.Publish(ctx, ID(KindVolume, "fenced"), "/target", OneNode, func(string, string) error { return nil })
		fmt.Println("published", err)
		time.Sleep(time.Minute)
		return err
	}
	name, turns := "crash", math.MaxInt
	if role != "churn" {
		name, turns = role, 15
	}
	for range turns {
		if err := churn(ctx, p, name); err != nil {
			return err
		}
	}
	return nil
}

// churn makes and removes one of everything.
func churn(ctx context.Context, p *Pool, name string) error {
	volume, err := p.CreateVolume(ctx, name, SizeRange{Required: 16 * mebibyte}, "", "")
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	snapshot, err := p.CreateSnapshot(ctx, name, volume.ID)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	// Any size: a kill after the expansion leaves a volume whose next snapshot is larger.
	restored, err := p.CreateVolume(ctx, name+"-restored", SizeRange{}, snapshot.ID, "")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if _, err := p.ExpandVolume(ctx, volume.ID, SizeRange{Required: 24 * mebibyte}); err != nil {
		return fmt.Errorf("expand: %w", err)
	}
	if err := p.SetCompression(ctx, volume.ID, btrfs.Zstd); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	for _, id := range []string{restored.ID, snapshot.ID, volume.ID} {
		if err := p.Delete(ctx, id); err != nil {
			return fmt.Errorf("delete: %w", err)
		}
	}
	return nil
}

func TestWhatAKilledDriverLeftIsCompletedByTheRepeatedCall(t *testing.T) {
	p := testPool(t, "")
	ctx := context.Background()
	const rounds = 40
	partials, recorded := 0, 0
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "HOLDFAST_TEST_ROLE=churn")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 8)); err != nil {
			t.Fatal("the other driver failed to start")
		}
		time.Sleep(time.Duration(round*761%60_000) * time.Microsecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		left, _ := filepath.Glob(filepath.Join(p.root, "*", "*"+partialSuffix))
		records, _ := filepath.Glob(filepath.Join(p.root, ".holdfast", "*", "*.json"))
		partials, recorded = partials+len(left), recorded+len(records)
		// Half the rounds by the repeated calls alone, half after a restart of the driver.
		if round%2 == 0 {
			testPool(t, "")
		}
		// The same requests, in the same order, as sidecars repeat them. What exists may have been expanded already.
		if err := repeat(ctx, p); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, pattern := range []string{"volumes/*", "snapshots/*", ".holdfast/volumes/*.json", ".holdfast/snapshots/*.json"} {
			if left, _ := filepath.Glob(filepath.Join(p.root, pattern)); len(left) > 0 {
				t.Fatalf("round %d: left behind: %v", round, left)
			}
		}
	}
	t.Logf("%d kills left %d unfinished subvolumes and %d records to complete", rounds, partials, recorded)
}

func repeat(ctx context.Context, p *Pool) error {
	volume, err := p.CreateVolume(ctx, "crash", SizeRange{Required: 16 * mebibyte}, "", "")
	if err != nil {
		return err
	}
	if usage, err := p.Usage(volume.ID); err != nil || usage.Limit != volume.SizeBytes {
		return fmt.Errorf("limit %d of a volume of %d: %w", usage.Limit, volume.SizeBytes, err)
	}
	return churn(ctx, p, "crash")
}

func TestSeveralProcessesWorkOnOnePoolAtOnce(t *testing.T) {
	p := testPool(t, "")
	running := map[string]*exec.Cmd{}
	said := map[string]*bytes.Buffer{}
	for _, role := range []string{"one", "two", "three", "four"} {
		cmd, out := exec.Command(os.Args[0]), new(bytes.Buffer)
		cmd.Env = append(os.Environ(), "HOLDFAST_TEST_ROLE="+role)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running[role], said[role] = cmd, out
	}
	for role, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %s: %v: %s", role, err, said[role])
		}
	}
	if left, _ := filepath.Glob(filepath.Join(p.root, "[vs]*", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAVolumeFollowsItsPodOnlyFromADeadNode(t *testing.T) {
	p := testPool(t, "node-b")
	ctx := context.Background()
	volume := create(t, p, "fenced", 16*mebibyte, "")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HOLDFAST_TEST_ROLE=publish")
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	for said := ""; said != "ready\npublished <nil>\n"; {
		part := make([]byte, 64)
		n, err := out.Read(part)
		if err != nil {
			t.Fatalf("%q: %v", said, err)
		}
		said += string(part[:n])
	}
	mounted := 0
	publish := func(sharing Sharing) error {
		return p.Publish(ctx, volume.ID, "/here", sharing, func(string, string) error { mounted++; return nil })
	}
	for _, sharing := range []Sharing{OneNode, OnePath, ManyNodes} {
		if err := publish(sharing); status.Code(err) != codes.FailedPrecondition || mounted != 0 {
			t.Fatalf("sharing %d while node-a lives: %v", sharing, err)
		}
	}
	if _, err := Open(ctx, p.root, "node-a"); err == nil {
		t.Fatal("a second driver for a living node")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := publish(OnePath); err != nil || mounted != 1 {
		t.Fatal(err)
	}
	err := p.Publish(ctx, volume.ID, "/elsewhere", OnePath, func(string, string) error { mounted++; return nil })
	if status.Code(err) != codes.FailedPrecondition || mounted != 1 {
		t.Fatalf("a second pod on the node: %v", err)
	}
	if err := p.Unpublish(ctx, volume.ID, "/here", func() error { return nil }); err != nil || exists(p.publishedDir(volume.ID)) {
		t.Fatal(err, "or a record is left")
	}
}
