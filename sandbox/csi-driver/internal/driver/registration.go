package driver

import (
	"context"
	"log"

	"google.golang.org/grpc"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// Registration answers the kubelet, which watches its plugins_registry directory for sockets: no sidecar is needed.
type Registration struct {
	registration.UnsafeRegistrationServer
	// Endpoint is the path of the driver's own socket.
	Endpoint string
}

// Register adds the service to a server.
func (r *Registration) Register(server *grpc.Server) {
	registration.RegisterRegistrationServer(server, r)
}

// GetInfo tells the kubelet where the driver listens.
func (r *Registration) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{Type: "CSIPlugin", Name: Name, Endpoint: r.Endpoint, SupportedVersions: []string{"1.0.0"}}, nil
}

// NotifyRegistrationStatus hears what the kubelet made of it. It tries again by itself.
func (r *Registration) NotifyRegistrationStatus(_ context.Context, result *registration.RegistrationStatus) (*registration.RegistrationStatusResponse, error) {
	if result.GetPluginRegistered() {
		log.Printf("registered with the kubelet")
	} else {
		log.Printf("the kubelet refused the registration: %s", result.GetError())
	}
	return &registration.RegistrationStatusResponse{}, nil
}
