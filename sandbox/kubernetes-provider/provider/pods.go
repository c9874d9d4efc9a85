package provider

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// logLines is how much of a crashed container's log an error quotes.
const logLines = 5

// podTrouble says in plain words what keeps a pod from being ready.
func podTrouble(pod *unstructured.Unstructured) []string {
	var found []string
	if c := conditionOf(pod, "PodScheduled"); c.status == "False" {
		found = append(found, fmt.Sprintf("pod %s can't be scheduled: %s", pod.GetName(), c.message))
	}
	for _, field := range []string{"initContainerStatuses", "containerStatuses"} {
		list, _, _ := unstructured.NestedSlice(pod.Object, "status", field)
		for _, item := range list {
			if status, ok := item.(map[string]any); ok {
				found = append(found, containerTrouble(pod.GetName(), status)...)
			}
		}
	}
	if reason := text(pod, "status", "reason"); reason != "" {
		found = append(found, fmt.Sprintf("pod %s: %s %s", pod.GetName(), reason, text(pod, "status", "message")))
	}
	return found
}

func containerTrouble(pod string, status map[string]any) []string {
	field := func(path ...string) string { s, _, _ := unstructured.NestedString(status, path...); return s }
	who := fmt.Sprintf("pod %s, container %s", pod, field("name"))
	if reason := field("state", "waiting", "reason"); reason != "" && reason != "PodInitializing" && reason != "ContainerCreating" {
		text := fmt.Sprintf("%s: %s", who, reason)
		if message := field("state", "waiting", "message"); message != "" {
			text += ": " + message
		}
		if last := field("lastState", "terminated", "reason"); last != "" {
			code, _, _ := unstructured.NestedInt64(status, "lastState", "terminated", "exitCode")
			text += fmt.Sprintf(" (it ended with %s, exit code %d)", last, code)
		}
		return []string{text}
	}
	if reason := field("state", "terminated", "reason"); reason != "" && reason != "Completed" {
		code, _, _ := unstructured.NestedInt64(status, "state", "terminated", "exitCode")
		return []string{fmt.Sprintf("%s: ended with %s, exit code %d %s", who, reason, code, field("state", "terminated", "message"))}
	}
	ready, _, _ := unstructured.NestedBool(status, "ready")
	_, running, _ := unstructured.NestedMap(status, "state", "running")
	if running && !ready {
		return []string{who + ": running, but its readiness probe does not succeed"}
	}
	return nil
}

// podProblems collects what keeps the watched pods from being ready, with the last words of those that crashed.
func podProblems(ctx context.Context, c *cluster, seen view) []string {
	pods := seen.all(podsFeed)
	sort.Slice(pods, func(i, j int) bool { return pods[i].GetName() < pods[j].GetName() })
	var found []string
	for _, pod := range pods {
		if conditionOf(pod, "Ready").status == "True" {
			continue
		}
		trouble := podTrouble(pod)
		if len(trouble) == 0 {
			trouble = warningsAbout(ctx, c, pod)
		}
		found = append(found, trouble...)
		found = append(found, lastWords(ctx, c, pod)...)
	}
	return found
}

// lastWords quotes the end of the log of each container that crashed.
func lastWords(ctx context.Context, c *cluster, pod *unstructured.Unstructured) []string {
	list, _, _ := unstructured.NestedSlice(pod.Object, "status", "containerStatuses")
	var found []string
	for _, item := range list {
		status, _ := item.(map[string]any)
		name, _, _ := unstructured.NestedString(status, "name")
		_, crashed, _ := unstructured.NestedMap(status, "lastState", "terminated")
		_, ended, _ := unstructured.NestedMap(status, "state", "terminated")
		if !crashed && !ended {
			continue
		}
		request := c.discovery.RESTClient().Get().AbsPath("/api/v1/namespaces", pod.GetNamespace(), "pods", pod.GetName(), "log").
			Param("container", name).Param("tailLines", fmt.Sprint(logLines)).Timeout(5 * time.Second)
		if !ended {
			request = request.Param("previous", "true")
		}
		log, err := request.DoRaw(ctx)
		if err != nil || len(log) == 0 {
			continue
		}
		found = append(found, fmt.Sprintf("the last lines of pod %s, container %s: %s", pod.GetName(), name,
			strings.ReplaceAll(strings.TrimSpace(string(log)), "\n", " | ")))
	}
	return found
}

var eventResource = schema.GroupVersionResource{Version: "v1", Resource: "events"}

// warningsAbout lists the newest warnings the cluster recorded about an object, at most three.
func warningsAbout(ctx context.Context, c *cluster, obj *unstructured.Unstructured) []string {
	namespace := obj.GetNamespace()
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	list, err := c.dynamic.Resource(eventResource).Namespace(namespace).List(ctx, metav1.ListOptions{FieldSelector: fields.Set{
		"involvedObject.uid": string(obj.GetUID()), "type": "Warning",
	}.String()})
	if err != nil {
		return nil
	}
	events := list.Items
	sort.Slice(events, func(i, j int) bool { return text(&events[i], "lastTimestamp") > text(&events[j], "lastTimestamp") })
	seen := map[string]bool{}
	var found []string
	for i := range events {
		line := fmt.Sprintf("%s %s: %s: %s", strings.ToLower(obj.GetKind()), obj.GetName(), text(&events[i], "reason"), text(&events[i], "message"))
		if !seen[line] && len(found) < 3 {
			seen[line] = true
			found = append(found, line)
		}
	}
	return found
}
