package provider

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	skipAwaitAnnotation = "pulumi.com/skipAwait"
	timeoutAnnotation   = "pulumi.com/timeoutSeconds"
)

// verdict is what a rule makes of an object at one moment.
type verdict struct {
	ready   bool
	failed  string   // set if the object will never become ready
	waiting string   // what it is waiting for, one line
	missing []string // what is missing, for the error when time is up
}

// rule says when objects of a kind are ready.
type rule struct {
	timeout time.Duration
	// feeds are what has to be watched beside the object itself.
	feeds func(c *cluster, obj *unstructured.Unstructured) []feed
	judge func(ctx context.Context, c *cluster, obj *unstructured.Unstructured, seen view) verdict
}

// rules holds, per "group/Kind", how readiness is told. Kinds that are not listed are ready when the API server has taken them.
var rules = map[string]rule{
	"/Namespace":             {timeout: 5 * time.Minute, judge: judgeNamespace},
	"/PersistentVolume":      {timeout: 5 * time.Minute, judge: judgeVolume},
	"/PersistentVolumeClaim": {timeout: 5 * time.Minute, judge: judgeClaim, feeds: classFeeds},
	"/Pod":                   {timeout: 10 * time.Minute, judge: judgePod},
	"/ReplicationController": {timeout: 10 * time.Minute, judge: judgeReplicas},
	"/ResourceQuota":         {timeout: 5 * time.Minute, judge: judgeQuota},
	"/Service":               {timeout: 10 * time.Minute, judge: judgeService, feeds: endpointFeeds},
	"apiextensions.k8s.io/CustomResourceDefinition": {timeout: 5 * time.Minute, judge: judgeDefinition},
	"apps/DaemonSet":            {timeout: 10 * time.Minute, judge: judgeDaemonSet, feeds: podFeeds},
	"apps/Deployment":           {timeout: 10 * time.Minute, judge: judgeDeployment, feeds: podFeeds},
	"apps/ReplicaSet":           {timeout: 10 * time.Minute, judge: judgeReplicas, feeds: podFeeds},
	"apps/StatefulSet":          {timeout: 10 * time.Minute, judge: judgeStatefulSet, feeds: podFeeds},
	"batch/Job":                 {timeout: 10 * time.Minute, judge: judgeJob, feeds: podFeeds},
	"networking.k8s.io/Ingress": {timeout: 10 * time.Minute, judge: judgeIngress, feeds: serviceFeeds},
}

// waitForTimeout is the default for objects with a pulumi.com/waitFor of their own.
const waitForTimeout = 10 * time.Minute

// ruleFor is the rule an object is awaited by: what its annotations say, or its kind's; nil if it is not awaited.
func ruleFor(o *object, inputs resource.PropertyMap) (*rule, error) {
	if annotationOf(inputs, skipAwaitAnnotation) == "true" {
		return nil, nil
	}
	own, known := rules[o.gvk.Group+"/"+o.gvk.Kind]
	if text := annotationOf(inputs, waitForAnnotation); text != "" {
		conditions, err := parseWaitFor(text)
		if err != nil {
			return nil, err
		}
		custom := rule{timeout: waitForTimeout, judge: conditions.judge}
		if known {
			custom.timeout = own.timeout
		}
		return &custom, nil
	}
	if !known {
		return nil, nil
	}
	return &own, nil
}

// timeoutOf is how long to wait: the resource's customTimeouts, else its annotation, else the default.
func timeoutOf(m resource.PropertyMap, custom float64, byDefault time.Duration) (time.Duration, error) {
	if custom > 0 {
		return time.Duration(custom * float64(time.Second)), nil
	}
	given := annotationOf(m, timeoutAnnotation)
	if given == "" {
		return byDefault, nil
	}
	seconds, err := strconv.Atoi(given)
	if err != nil || seconds <= 0 {
		return 0, fmt.Errorf("the annotation %s is %q: write a whole number of seconds, as in \"600\"", timeoutAnnotation, given)
	}
	return time.Duration(seconds) * time.Second, nil
}

// await waits until the object is ready and answers it as it is then, or as it was last seen together with what is missing.
func (p *Provider) await(
	ctx context.Context, urn resource.URN, o *object, live *unstructured.Unstructured, inputs resource.PropertyMap, custom float64,
) (*unstructured.Unstructured, error) {
	r, err := ruleFor(o, inputs)
	if err != nil || r == nil {
		return live, err
	}
	limit, err := timeoutOf(inputs, custom, r.timeout)
	if err != nil {
		return live, err
	}
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	feeds := []feed{o.feedOne()}
	if r.feeds != nil {
		feeds = append(feeds, r.feeds(o.cluster, live)...)
	}

	uid, status := live.GetUID(), ""
	var last verdict
	var lastView view
	err = follow(waiting, feeds, func(seen view) (bool, error) {
		current := seen.one(o.name)
		if current == nil || current.GetUID() != uid {
			return false, notReady{summary: fmt.Sprintf("%s %q was deleted while it was waited for", o.gvk.Kind, o.id())}
		}
		live, lastView = current, seen
		last = r.judge(waiting, o.cluster, live, seen)
		if last.failed != "" {
			return false, notReady{summary: last.failed, details: append(last.missing, podProblems(waiting, o.cluster, seen)...)}
		}
		if !last.ready && last.waiting != "" && last.waiting != status {
			status = last.waiting
			p.log.status(ctx, urn, status)
		}
		return last.ready, nil
	})
	switch {
	case err == nil:
		if status != "" {
			p.log.status(ctx, urn, o.gvk.Kind+" is ready")
		}
		if o.gvk.Kind == "CustomResourceDefinition" {
			o.rediscover()
		}
		return live, nil
	case errors.Is(err, context.DeadlineExceeded):
		return live, p.timedOut(ctx, o, live, lastView, last, limit)
	case errors.Is(err, context.Canceled):
		return live, notReady{summary: "the wait was cancelled before it was ready", details: missingOf(last)}
	}
	return live, err
}

// timedOut says what is missing when time is up.
func (p *Provider) timedOut(ctx context.Context, o *object, live *unstructured.Unstructured, seen view, last verdict, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	details := missingOf(last)
	details = append(details, podProblems(ctx, o.cluster, seen)...)
	details = append(details, warningsAbout(ctx, o.cluster, live)...)
	return notReady{summary: fmt.Sprintf("%s %q was not ready within %s", o.gvk.Kind, o.id(), limit), details: details}
}

func missingOf(last verdict) []string {
	if len(last.missing) == 0 && last.waiting != "" {
		return []string{strings.ToLower(last.waiting[:1]) + last.waiting[1:]}
	}
	return append([]string{}, last.missing...)
}

// unready looks once whether a live object is ready; nil if it is, or if nobody can tell.
func (p *Provider) unready(ctx context.Context, o *object, live *unstructured.Unstructured, inputs resource.PropertyMap) error {
	r, err := ruleFor(o, inputs)
	if err != nil || r == nil {
		return nil
	}
	feeds := []feed{o.feedOne()}
	if r.feeds != nil {
		feeds = append(feeds, r.feeds(o.cluster, live)...)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var found error
	err = follow(ctx, feeds, func(seen view) (bool, error) {
		now := r.judge(ctx, o.cluster, live, seen)
		switch {
		case now.failed != "":
			found = notReady{summary: now.failed, details: now.missing}
		case !now.ready:
			found = notReady{summary: now.waiting, details: append(now.missing, podProblems(ctx, o.cluster, seen)...)}
		}
		return true, nil
	})
	if err != nil {
		return nil
	}
	return found
}
