package provider

import (
	"context"
	"encoding/json"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// configuration lists what the provider itself takes, with the types of Pulumi's schema: YAML is checked against it.
var configuration = map[string]string{
	"alwaysRender":                "boolean",
	"cluster":                     "string",
	"clusterIdentifier":           "string",
	"context":                     "string",
	"deleteUnreachable":           "boolean",
	"enableConfigMapMutable":      "boolean",
	"enablePatchForce":            "boolean",
	"enableSecretMutable":         "boolean",
	"enableServerSideApply":       "boolean",
	"kubeconfig":                  "string",
	"namespace":                   "string",
	"renderYamlToDirectory":       "string",
	"skipUpdateUnreachable":       "boolean",
	"suppressDeprecationWarnings": "boolean",
	"suppressHelmHookWarnings":    "boolean",
	"upsertExistingObjects":       "boolean",
}

// GetSchema describes the provider's configuration and no kinds: programs bring those with the SDK.
func (p *Provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	inputs := map[string]any{
		"kubeClientSettings": map[string]any{"type": "object", "additionalProperties": map[string]any{"$ref": "pulumi.json#/Any"}},
	}
	for name, kind := range configuration {
		inputs[name] = map[string]any{"type": kind}
	}
	schema, err := json.Marshal(map[string]any{
		"name": "kubernetes", "version": Version, "description": "Holdfast's stand-in for the Kubernetes provider, without type descriptions.",
		"config": map[string]any{}, "resources": map[string]any{}, "functions": map[string]any{},
		"provider": map[string]any{"inputProperties": inputs},
	})
	return &pulumirpc.GetSchemaResponse{Schema: string(schema)}, err
}
