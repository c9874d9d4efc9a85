package provider

import (
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func planOf(t *testing.T, o options, before, after string) (map[string]string, *pulumirpc.DiffResponse) {
	t.Helper()
	old, new := fromYAML(t, before), fromYAML(t, after)
	answer := o.plan(new.GroupVersionKind(), properties(old), properties(new), nil)
	kinds := map[string]string{}
	for path, diff := range answer.DetailedDiff {
		kinds[path] = diff.Kind.String()
	}
	return kinds, answer
}

func TestDiffPathsAndKinds(t *testing.T) {
	const job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, namespace: n}\n"
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: n}\n"
	const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: n}\n"
	const claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x, namespace: n}\n"
	const volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: x}\n"
	const attributes = "apiVersion: storage.k8s.io/v1\nkind: VolumeAttributesClass\nmetadata: {name: x}\n"
	const snapshot = "apiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshot\nmetadata: {name: x, namespace: n}\n"
	cases := map[string]struct {
		options       options
		before, after string
		want          map[string]string
		deleteFirst   bool
	}{
		"nothing": {before: configMap + "data: {a: '1'}", after: configMap + "data: {a: '1'}", want: map[string]string{}},
		"a key with a dot is quoted": {
			before: configMap + "data: {a: '1'}", after: configMap + "data: {a: '1', app.conf: x}",
			want: map[string]string{`data["app.conf"]`: "ADD_REPLACE"}, deleteFirst: true,
		},
		"mutable config maps change in place": {
			options: options{configMapMutable: true},
			before:  configMap + "data: {a: '1'}", after: configMap + "data: {a: '2'}", want: map[string]string{"data.a": "UPDATE"},
		},
		"an immutable config map is replaced all the same": {
			options: options{configMapMutable: true},
			before:  configMap + "immutable: true\ndata: {a: '1'}", after: configMap + "immutable: true\ndata: {a: '2'}",
			want: map[string]string{"data.a": "UPDATE_REPLACE"}, deleteFirst: true,
		},
		"a job's template": {
			before: job + "spec: {template: {spec: {restartPolicy: Never}}}", after: job + "spec: {template: {spec: {restartPolicy: OnFailure}}}",
			want: map[string]string{"spec.template.spec.restartPolicy": "UPDATE_REPLACE"}, deleteFirst: true,
		},
		"a parent that held the field": {
			before: service + "spec: {clusterIP: None}", after: service, want: map[string]string{"spec": "DELETE_REPLACE"}, deleteFirst: true,
		},
		"a parent that didn't": {
			before: service + "spec: {sessionAffinity: None}", after: service, want: map[string]string{"spec": "DELETE"},
		},
		"another namespace can stand beside the old one": {
			before: configMap, after: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: m}\n",
			want: map[string]string{"metadata.namespace": "UPDATE_REPLACE"},
		},
		"an unknown field of a built-in kind": {
			before: service + "spec: {clusterIP: None}", after: service + "spec: {clusterIP: None, clusterIQ: 1}", want: map[string]string{},
		},
		"a claim's attributes change in place": {
			before: claim + "spec: {volumeAttributesClassName: a}", after: claim + "spec: {volumeAttributesClassName: b}",
			want: map[string]string{"spec.volumeAttributesClassName": "UPDATE"},
		},
		"a claim without attributes gets some in place": {
			before: claim + "spec: {storageClassName: s}", after: claim + "spec: {storageClassName: s, volumeAttributesClassName: b}",
			want: map[string]string{"spec.volumeAttributesClassName": "ADD"},
		},
		"a claim's source is no reason to replace it": {
			before: claim + "spec: {dataSource: {kind: VolumeSnapshot, name: a}}", after: claim + "spec: {storageClassName: s}",
			want: map[string]string{"spec.dataSource": "DELETE", "spec.storageClassName": "ADD_REPLACE"}, deleteFirst: true,
		},
		"a static volume's place": {
			before: volume + "spec: {local: {path: /mnt/disks/disk-1}}", after: volume + "spec: {local: {path: /mnt/disks/disk-2}}",
			want: map[string]string{"spec.local.path": "UPDATE_REPLACE"}, deleteFirst: true,
		},
		"a static volume's reclaim policy": {
			before: volume + "spec: {persistentVolumeReclaimPolicy: Delete}", after: volume + "spec: {persistentVolumeReclaimPolicy: Retain}",
			want: map[string]string{"spec.persistentVolumeReclaimPolicy": "UPDATE"},
		},
		"parameters of attributes, which the API then refuses": {
			before: attributes + "parameters: {iops: '1'}", after: attributes + "parameters: {iops: '2'}", want: map[string]string{"parameters.iops": "UPDATE"},
		},
		"a snapshot's source, which the API then refuses": {
			before: snapshot + "spec: {source: {persistentVolumeClaimName: a}}", after: snapshot + "spec: {source: {persistentVolumeClaimName: b}}",
			want: map[string]string{"spec.source.persistentVolumeClaimName": "UPDATE"},
		},
		"a container's image in a bare pod": {
			before: "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, image: b}]}",
			after:  "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, image: c}]}",
			want:   map[string]string{"spec.containers[0].image": "UPDATE_REPLACE"}, deleteFirst: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, answer := planOf(t, c.options, c.before, c.after)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("planned %v, want %v", got, c.want)
			}
			if answer.DeleteBeforeReplace != c.deleteFirst {
				t.Errorf("deleteBeforeReplace is %v", answer.DeleteBeforeReplace)
			}
		})
	}
}

func TestAutonamedObjectsAreReplacedSideBySide(t *testing.T) {
	const auto = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x-1, namespace: n, annotations: {pulumi.com/autonamed: 'true'}}\n"
	if _, answer := planOf(t, options{}, auto+"data: {a: '1'}", auto+"data: {a: '2'}"); answer.DeleteBeforeReplace || len(answer.Replaces) != 1 {
		t.Errorf("planned %v", answer)
	}
}

func TestSecretTextAndDataAreTheSame(t *testing.T) {
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n"
	if got, _ := planOf(t, options{}, secret+"stringData: {p: x}", secret+"data: {p: eA==}"); len(got) != 0 {
		t.Errorf("planned %v", got)
	}
	if got, _ := planOf(t, options{}, secret+"stringData: {p: x}", secret+"stringData: {p: y}"); !reflect.DeepEqual(got, map[string]string{"data.p": "UPDATE_REPLACE"}) {
		t.Errorf("planned %v", got)
	}
}

func TestUnknownValuesAreChanges(t *testing.T) {
	old := inputsOf(t, "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {selector: {a: b}}")
	news := old.Copy()
	news["spec"] = resource.NewObjectProperty(resource.PropertyMap{"selector": resource.MakeComputed(resource.NewStringProperty(""))})
	answer := options{}.plan(schema.GroupVersionKind{Version: "v1", Kind: "Service"}, old, news, nil)
	if answer.DetailedDiff["spec.selector"].GetKind() != pulumirpc.PropertyDiff_UPDATE {
		t.Errorf("planned %v", answer.DetailedDiff)
	}
}
