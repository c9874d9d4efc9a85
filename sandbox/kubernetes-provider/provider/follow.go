package provider

import (
	"context"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// feed is a set of objects to keep an eye on.
type feed struct {
	name   string
	client dynamic.ResourceInterface
	list   metav1.ListOptions
}

const (
	selfFeed = "self"
	podsFeed = "pods"
)

// feedOne keeps an eye on the object itself.
func (o *object) feedOne() feed {
	return feed{selfFeed, o.client(), metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", o.name).String()}}
}

var podResource = schema.GroupVersionResource{Version: "v1", Resource: "pods"}

// podFeed keeps an eye on the pods a workload selects.
func podFeed(c *cluster, workload *unstructured.Unstructured) (feed, bool) {
	raw, ok, _ := unstructured.NestedMap(workload.Object, "spec", "selector")
	if !ok {
		return feed{}, false
	}
	selector, err := selectorOf(raw)
	if err != nil || selector.Empty() {
		return feed{}, false
	}
	return feed{podsFeed, c.dynamic.Resource(podResource).Namespace(workload.GetNamespace()), metav1.ListOptions{LabelSelector: selector.String()}}, true
}

func selectorOf(raw map[string]any) (labels.Selector, error) {
	var spec metav1.LabelSelector
	if err := fromUnstructured(raw, &spec); err != nil {
		return nil, err
	}
	return metav1.LabelSelectorAsSelector(&spec)
}

// view is what the feeds show at one moment: per feed, the objects by name.
type view map[string]map[string]*unstructured.Unstructured

func (v view) one(name string) *unstructured.Unstructured { return v[selfFeed][name] }

func (v view) all(feed string) []*unstructured.Unstructured {
	list := make([]*unstructured.Unstructured, 0, len(v[feed]))
	for _, obj := range v[feed] {
		list = append(list, obj)
	}
	return list
}

// news is one report of a feed: everything there is, or one object that came, changed or went.
type news struct {
	feed    string
	all     map[string]*unstructured.Unstructured
	changed *unstructured.Unstructured
	gone    bool
}

// follow calls decide with every new view of the feeds until it is done or fails, or the context ends. It begins once every feed has been
// listed. Watches that expire or break are resumed for as long as the context lasts, an API server that is away included.
func follow(ctx context.Context, feeds []feed, decide func(view) (done bool, err error)) error {
	ctx, stop := context.WithCancel(ctx)
	reports := make(chan news)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop()
	for _, f := range feeds {
		watching.Go(func() { f.run(ctx, reports) })
	}
	seen := view{}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case report := <-reports:
			seen.take(report)
		}
		if len(seen) < len(feeds) {
			continue
		}
		if done, err := decide(seen); done || err != nil {
			return err
		}
	}
}

func (v view) take(report news) {
	switch {
	case report.changed == nil:
		v[report.feed] = report.all
	case report.gone:
		delete(v[report.feed], report.changed.GetName())
	default:
		v[report.feed][report.changed.GetName()] = report.changed
	}
}

// run lists and watches until the context ends.
func (f feed) run(ctx context.Context, reports chan<- news) {
	delay := firstDelay
	for ctx.Err() == nil {
		list, err := f.client.List(ctx, f.list)
		if err == nil {
			all := map[string]*unstructured.Unstructured{}
			for i := range list.Items {
				all[list.Items[i].GetName()] = &list.Items[i]
			}
			if !tell(ctx, reports, news{feed: f.name, all: all}) {
				return
			}
			delay = firstDelay
			err = f.watch(ctx, list.GetResourceVersion(), reports)
		}
		if err == nil {
			continue // the watch ran out, as watches do
		}
		select {
		case <-ctx.Done():
		case <-time.After(delay):
			delay = min(delay*2, longestDelay)
		}
	}
}

// watch reports changes until the server ends the watch (no error) or it breaks.
func (f feed) watch(ctx context.Context, version string, reports chan<- news) error {
	options := f.list
	options.ResourceVersion = version
	options.AllowWatchBookmarks = true
	w, err := f.client.Watch(ctx, options)
	if err != nil {
		return err
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		switch event.Type {
		case watch.Error:
			return apierrors.FromObject(event.Object)
		case watch.Added, watch.Modified, watch.Deleted:
			if obj, ok := event.Object.(*unstructured.Unstructured); ok {
				if !tell(ctx, reports, news{feed: f.name, changed: obj, gone: event.Type == watch.Deleted}) {
					return ctx.Err()
				}
			}
		}
	}
	return nil
}

func tell(ctx context.Context, reports chan<- news, report news) bool {
	select {
	case <-ctx.Done():
		return false
	case reports <- report:
		return true
	}
}
