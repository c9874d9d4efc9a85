package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestObserveFindsOnlyRealDifferences(t *testing.T) {
	const inputs = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: n, annotations: {}}
spec:
  replicas: 1
  template:
    spec:
      containers: [{name: a, image: i, args: [], resources: {requests: {memory: 1024Mi, cpu: 1000m}}, env: [{name: E, value: ""}]}]
`
	const live = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: n, uid: u, labels: {foreign: x}, annotations: {deployment.kubernetes.io/revision: "1"}}
spec:
  replicas: 1
  revisionHistoryLimit: 10
  template:
    spec:
      restartPolicy: Always
      containers:
      - {name: injected, image: sidecar}
      - {name: a, image: IMAGE, imagePullPolicy: Always, resources: {requests: {memory: 1Gi, cpu: "1"}}, env: [{name: E}]}
status: {replicas: 1}
`
	olds := inputsOf(t, inputs)
	same := fromYAML(t, replace(live, "IMAGE", "i"))
	if got := observe(same.GroupVersionKind(), olds, same); !resource.NewObjectProperty(got).DeepEquals(resource.NewObjectProperty(olds)) {
		t.Errorf("found %v", compareMaps(nil, olds, got))
	}
	changed := fromYAML(t, replace(live, "IMAGE", "other"))
	found := compareMaps(nil, olds, observe(changed.GroupVersionKind(), olds, changed))
	if len(found) != 1 || spell(found[0].path) != "spec.template.spec.containers[0].image" {
		t.Errorf("found %v", found)
	}
}

func TestObserveSeesRemovals(t *testing.T) {
	olds := inputsOf(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: '1', b: '2'}")
	live := fromYAML(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: '1', c: '3'}")
	found := compareMaps(nil, olds, observe(live.GroupVersionKind(), olds, live))
	if len(found) != 1 || found[0].kind != deleted || spell(found[0].path) != "data.b" {
		t.Errorf("found %v", found)
	}
}

func TestObserveKeepsSecretText(t *testing.T) {
	olds := hideSecretData(typeOf("urn:pulumi:s::p::kubernetes:core/v1:Secret::x"), inputsOf(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: x}"))
	live := fromYAML(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: Opaque\ndata: {p: eA==}")
	got := observe(live.GroupVersionKind(), olds, live)
	if !got["stringData"].IsSecret() {
		t.Errorf("found %v", got)
	}
}

func TestImportLeavesDefaultsOut(t *testing.T) {
	live := fromYAML(t, `
apiVersion: v1
kind: Service
metadata: {name: s, namespace: n, uid: u, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z"}
spec:
  clusterIP: 10.0.0.1
  clusterIPs: [10.0.0.1]
  internalTrafficPolicy: Cluster
  ipFamilies: [IPv4]
  ipFamilyPolicy: SingleStack
  ports: [{port: 80, protocol: TCP, targetPort: 80}]
  selector: {a: b}
  sessionAffinity: None
  type: ClusterIP
status: {loadBalancer: {}}
`)
	want := inputsOf(t, "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: n}\nspec: {ports: [{port: 80}], selector: {a: b}}")
	got := importedInputs(live.GroupVersionKind(), live)
	if found := compareMaps(nil, want, got); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	// A program that spells a default out has nothing to change either.
	state := properties(live)
	state[importedKey] = resource.NewBoolProperty(true)
	spelled := inputsOf(t, "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: n}\nspec: {type: ClusterIP, ports: [{port: 80, targetPort: 80}], selector: {a: b}}")
	if answer := (options{}).plan(live.GroupVersionKind(), got, spelled, state); len(answer.DetailedDiff) > 0 {
		t.Errorf("planned %v", answer.DetailedDiff)
	}
}

func TestImportOfABoundClaimLeavesOutWhatTheClusterChose(t *testing.T) {
	const claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: n}\nspec: {storageClassName: pool, dataSource: {kind: VolumeSnapshot, name: s, apiGroup: g}}"
	const live = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: c
  namespace: n
  finalizers: [kubernetes.io/pvc-protection]
  annotations: {pv.kubernetes.io/bind-completed: "yes", BOUND: "yes"}
spec:
  storageClassName: pool
  volumeMode: Filesystem
  volumeName: pvc-1
  dataSource: {kind: VolumeSnapshot, name: s, apiGroup: g}
  dataSourceRef: {kind: VolumeSnapshot, name: s, apiGroup: g}
status: {phase: Bound}
`
	chosen := fromYAML(t, replace(live, "BOUND", "pv.kubernetes.io/bound-by-controller"))
	if found := compareMaps(nil, inputsOf(t, claim), importedInputs(chosen.GroupVersionKind(), chosen)); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	// Nobody but its author bound this one.
	named := fromYAML(t, replace(live, `, BOUND: "yes"`, ""))
	found := compareMaps(nil, inputsOf(t, claim), importedInputs(named.GroupVersionKind(), named))
	if len(found) != 1 || spell(found[0].path) != "spec.volumeName" {
		t.Errorf("found %v", found)
	}
}
