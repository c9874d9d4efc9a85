package provider

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func replace(text, old, new string) string { return strings.ReplaceAll(text, old, new) }

func TestReadiness(t *testing.T) {
	const sts = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s, generation: 2}\n"
	const pvc = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {storageClassName: later}\nstatus: {phase: Pending}"
	class := fromYAML(t, "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: later}\nvolumeBindingMode: WaitForFirstConsumer")
	cases := []struct {
		name, object string
		seen         view
		ready        bool
		failed       bool
	}{
		{"the controller has not seen the change", sts + "spec: {replicas: 1}\nstatus: {observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1}", nil, false, false},
		{"every pod is ready and new", sts + "spec: {replicas: 2}\nstatus: {observedGeneration: 2, replicas: 2, readyReplicas: 2, updatedReplicas: 2, currentRevision: b, updateRevision: b}", nil, true, false},
		{"an old pod is left", sts + "spec: {replicas: 2}\nstatus: {observedGeneration: 2, replicas: 2, readyReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b}", nil, false, false},
		{"a partition keeps old pods", sts + "spec: {replicas: 2, updateStrategy: {rollingUpdate: {partition: 1}}}\nstatus: {observedGeneration: 2, replicas: 2, readyReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b}", nil, true, false},
		{"nobody replaces pods with OnDelete", sts + "spec: {replicas: 1, updateStrategy: {type: OnDelete}}\nstatus: {observedGeneration: 2, replicas: 1, readyReplicas: 1}", nil, true, false},
		{"scaled to nothing", sts + "spec: {replicas: 0}\nstatus: {observedGeneration: 2, replicas: 0}", nil, true, false},
		{"a claim that waits for its consumer", pvc, view{classesFeed: {"later": class}}, true, false},
		{"a claim whose class is missing", pvc, view{}, false, false},
		{"a lost claim", replace(pvc, "Pending", "Lost"), view{}, false, true},
		{"a headless service", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {clusterIP: None, selector: {a: b}}", view{}, true, false},
		{"a service without pods", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {clusterIP: 10.0.0.1, selector: {a: b}}", view{}, false, false},
		{"a service without selector", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {clusterIP: 10.0.0.1}", view{}, true, false},
		{"a load balancer without address", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: LoadBalancer}", view{}, false, false},
		{"a complete job", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nstatus: {conditions: [{type: Complete, status: 'True'}]}", nil, true, false},
		{"a failed job", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nstatus: {conditions: [{type: Failed, status: 'True', message: m}]}", nil, false, true},
		{"a stuck rollout", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nstatus: {conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded}]}", nil, false, true},
		{"an established definition", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nstatus: {conditions: [{type: Established, status: 'True'}]}", nil, true, false},
		{"an available volume", "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nstatus: {phase: Available}", nil, true, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			obj := fromYAML(t, c.object)
			gvk := obj.GroupVersionKind()
			got := rules[gvk.Group+"/"+gvk.Kind].judge(context.Background(), nil, obj, c.seen)
			if got.ready != c.ready || (got.failed != "") != c.failed {
				t.Errorf("judged %+v", got)
			}
			if !got.ready && got.waiting == "" && got.failed == "" {
				t.Error("doesn't say what it waits for")
			}
		})
	}
}

func TestWaitFor(t *testing.T) {
	obj := fromYAML(t, `
apiVersion: x/v1
kind: Z
metadata: {name: z, generation: 2}
status:
  phase: Healthy
  count: 3
  readyToUse: true
  observedGeneration: 2
  conditions:
  - {type: Ready, status: 'False', message: not yet}
  - {type: Old, status: 'True', observedGeneration: 1}
  - {type: Done, status: 'True'}
`)
	for text, ready := range map[string]bool{
		"condition=Ready": false, "condition=Ready=False": true, "condition=Other": false, "condition=done": true, "condition=Done=true": true,
		"condition=Old": false, "jsonpath={.status.phase}=Healthy": true, "jsonpath={$.status.phase}=Healthy": true,
		"jsonpath={ .status.phase }": true, "jsonpath={.status.none}": false, "jsonpath={.status.count}=3": true,
		"jsonpath={.status.readyToUse}=true": true, "jsonpath={.status.readyToUse}=True": false, "jsonpath={.status}": true,
		`jsonpath={.status.conditions[?(@.type=="Done")].status}=True`: true, `jsonpath={.status.conditions[?(@.type=='Ready')].status}=True`: false,
		"jsonpath={.status.conditions[*].status}=False": true, "jsonpath={.status.conditions[*].status}=True": false,
		`["jsonpath={.status.phase}=Healthy","condition=Ready"]`: false, `["jsonpath={.status.count}=3","condition=Ready=False"]`: true,
	} {
		conditions, err := parseWaitFor(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := conditions.judge(context.Background(), nil, obj, nil); got.ready != ready || !ready && got.waiting == "" {
			t.Errorf("%s: judged %+v", text, got)
		}
	}
	for _, text := range []string{
		"", "Ready", "condition=", "jsonpath=.status", "jsonpath={.a", "[1]", "[]", "jsonpath={.a}x", "jsonpath={.a}=", "condition=Ready=",
		`jsonpath={.a}="b"`, "jsonpath={.a}='b'", "jsonpath='{.a}'=b", "jsonpath={.a}={.b}", "jsonpath={.a}=b=c", "jsonpath={.items[]}", "jsonpath={.a}{.b}",
	} {
		if _, err := parseWaitFor(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	braces, err := parseWaitFor(`jsonpath={.status['a}b']}=c`)
	if err != nil || braces[0].value != "c" {
		t.Errorf("a brace in a name: %v", err)
	}
	stale := fromYAML(t, "apiVersion: x/v1\nkind: Z\nmetadata: {generation: 2}\nstatus: {observedGeneration: 1, phase: Healthy, conditions: [{type: Ready, status: 'True'}]}")
	for text, ready := range map[string]bool{"condition=Ready": false, "jsonpath={.status.phase}=Healthy": true} {
		conditions, _ := parseWaitFor(text)
		if got := conditions.judge(context.Background(), nil, stale, nil); got.ready != ready {
			t.Errorf("%s of an older version: judged %+v", text, got)
		}
	}
}

func TestTimeouts(t *testing.T) {
	with := func(seconds string) resource.PropertyMap {
		return inputsOf(t, "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {pulumi.com/timeoutSeconds: '"+seconds+"'}}")
	}
	if got, _ := timeoutOf(with("7"), 0, time.Minute); got != 7*time.Second {
		t.Errorf("annotation: %s", got)
	}
	if got, _ := timeoutOf(with("7"), 3, time.Minute); got != 3*time.Second {
		t.Errorf("customTimeouts: %s", got)
	}
	if got, _ := timeoutOf(nil, 0, time.Minute); got != time.Minute {
		t.Errorf("default: %s", got)
	}
	if _, err := timeoutOf(with("soon"), 0, time.Minute); err == nil {
		t.Error("a bad annotation was taken")
	}
}

func TestPodTroubleInPlainWords(t *testing.T) {
	pod := fromYAML(t, `
apiVersion: v1
kind: Pod
metadata: {name: p}
status:
  conditions: [{type: PodScheduled, status: "False", message: 0/1 nodes are available}]
  containerStatuses:
  - {name: a, state: {waiting: {reason: ImagePullBackOff, message: no such image}}}
  - {name: b, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {reason: Error, exitCode: 3}}}
  - {name: c, ready: false, state: {running: {}}}
  - {name: d, ready: true, state: {running: {}}}
`)
	got := strings.Join(podTrouble(pod), "\n")
	for _, want := range []string{"can't be scheduled: 0/1", "container a: ImagePullBackOff: no such image", "exit code 3", "container c: running, but its readiness probe"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "container d") {
		t.Errorf("a healthy container is blamed:\n%s", got)
	}
}

func TestDeletionPolicyIsTheOldObjects(t *testing.T) {
	state := inputsOf(t, "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {pulumi.com/deletionPropagationPolicy: orphan}}")
	if policy, err := propagationOf(state); err != nil || policy != "Orphan" {
		t.Errorf("read %q, %v", policy, err)
	}
	if policy, _ := propagationOf(resource.PropertyMap{}); policy != "Foreground" {
		t.Errorf("default %q", policy)
	}
	bad := inputsOf(t, "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {pulumi.com/deletionPropagationPolicy: never}}")
	if _, err := propagationOf(bad); err == nil {
		t.Error("a bad policy was taken")
	}
}
