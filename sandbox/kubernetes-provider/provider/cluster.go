package provider

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// dialTimeout bounds one attempt to reach the API server's address.
const dialTimeout = 10 * time.Second

// cluster is the way to one API server. It is made on first use; discovery is fetched once and again when a kind is missing.
type cluster struct {
	host      string
	dynamic   dynamic.Interface
	discovery discovery.CachedDiscoveryInterface
	mapper    *restmapper.DeferredDiscoveryRESTMapper
	refresh   sync.Mutex // one rediscovery at a time
	reached   onceSet    // whether any request of this process was answered
}

// connect gives the cluster; it does not send a request.
func (p *Provider) connect() (*cluster, error) {
	p.connecting.Lock()
	defer p.connecting.Unlock()
	if p.cluster != nil {
		return p.cluster, nil
	}
	loader, err := p.options.loader()
	if err != nil {
		return nil, unreachable{err}
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, unreachable{fmt.Errorf("no usable kubeconfig: %w", err)}
	}
	config.QPS, config.Burst = p.options.queriesPerSecond, p.options.burst
	config.Timeout = time.Duration(p.options.requestTimeoutSecs) * time.Second
	config.UserAgent = "pulumi-kubernetes-stand-in/" + Version
	config.WarningHandlerWithContext = p
	if config.Dial == nil {
		config.Dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}).DialContext
	}
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, unreachable{err}
	}
	c := &cluster{host: config.Host}
	if c.dynamic, err = dynamic.NewForConfigAndClient(config, httpClient); err != nil {
		return nil, unreachable{err}
	}
	plainDiscovery, err := discovery.NewDiscoveryClientForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, unreachable{err}
	}
	c.discovery = memory.NewMemCacheClient(plainDiscovery)
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(c.discovery)
	p.cluster = c
	return c, nil
}

// resolve finds the resource that serves a kind. An unknown kind is looked up once more in fresh discovery before it is an error.
func (c *cluster) resolve(ctx context.Context, gvk schema.GroupVersionKind) (*meta.RESTMapping, error) {
	var mapping *meta.RESTMapping
	err := c.retry(ctx, func() error {
		var err error
		if mapping, err = c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version); !meta.IsNoMatchError(err) {
			return err
		}
		// A server that is just starting knows its custom kinds a little later than it answers.
		if err := c.ready(ctx); err != nil {
			return err
		}
		c.rediscover()
		if mapping, err = c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version); meta.IsNoMatchError(err) {
			return unknownKind{gvk, c.served(gvk)}
		}
		return err
	})
	return mapping, err
}

// ready fails as long as the API server says that it is not. A server that won't tell (no permission) is taken to be.
func (c *cluster) ready(ctx context.Context) error {
	err := c.discovery.RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || apierrors.IsNotFound(err) {
		return nil
	}
	if apierrors.IsInternalError(err) {
		return apierrors.NewServiceUnavailable(err.Error())
	}
	return err
}

func (c *cluster) rediscover() {
	c.refresh.Lock()
	defer c.refresh.Unlock()
	c.mapper.Reset()
}

// served describes what the cluster has that is nearest to a kind it hasn't: other versions of it, or the kinds of its group.
func (c *cluster) served(gvk schema.GroupVersionKind) string {
	_, lists, err := c.discovery.ServerGroupsAndResources()
	if err != nil && len(lists) == 0 {
		return ""
	}
	versions, kinds, groups := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue
		}
		groups[list.GroupVersion] = true
		for _, served := range list.APIResources {
			if strings.Contains(served.Name, "/") {
				continue
			}
			if served.Kind == gvk.Kind {
				versions[list.GroupVersion] = true
			}
			if gv == gvk.GroupVersion() {
				kinds[served.Kind] = true
			}
		}
	}
	switch {
	case len(versions) > 0:
		return fmt.Sprintf("%s is served as %s", gvk.Kind, listed(versions))
	case len(kinds) > 0:
		return fmt.Sprintf("%s has %s", gvk.GroupVersion(), listed(kinds))
	}
	return "it serves " + listed(groups)
}

// unknownKind is a kind that the API server doesn't serve.
type unknownKind struct {
	gvk    schema.GroupVersionKind
	served string
}

func (e unknownKind) Error() string {
	text := fmt.Sprintf("the cluster serves no kind %s of %s", e.gvk.Kind, e.gvk.GroupVersion())
	if e.served != "" {
		text += " (" + e.served + ")"
	}
	if isBuiltInGroup(e.gvk.Group) {
		return text + ": correct apiVersion and kind, or use a cluster of a version that has it"
	}
	return text + ": correct apiVersion and kind, or install its CustomResourceDefinition first and make this resource depend on it"
}

func isUnknownKind(err error) bool {
	var unknown unknownKind
	return errors.As(err, &unknown)
}

// customScope asks the cluster whether a custom kind lives in namespaces. Where nobody can tell (no cluster, no definition yet) it is
// taken to.
func (p *Provider) customScope(ctx context.Context, gvk schema.GroupVersionKind) bool {
	c, err := p.connect()
	if err != nil {
		return true
	}
	mapping, err := c.resolve(ctx, gvk)
	if err != nil {
		return true
	}
	return mapping.Scope.Name() == meta.RESTScopeNameNamespace
}
