package logging

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// client returns a lens's way to the client of a service in the account and region of a target.
func client[C, O any](accounts access.Accounts, newFromConfig func(aws.Config, ...func(*O)) *C) func(context.Context, remedy.Target) (*C, error) {
	return access.Client(accounts, func(cfg aws.Config) *C { return newFromConfig(cfg) })
}

// find returns the target of a finding on a resource of one kind that one of the calls in question was made on. Rules of
// this group report several calls on the same kind of resource, and an action reverses some of them only.
func find(f detect.Finding, kind detect.ResourceType, calls []string, params ...string) (remedy.Target, error) {
	t := remedy.TargetOf(f, params...)
	if f.Resource.Type != kind || t.ID == "" {
		return t, remedy.Refuse("%s is not the %s that is to be put back", f.Resource, kind)
	}
	if !slices.Contains(calls, f.Event.Name) {
		return t, remedy.Refuse("%s on %s is no call that this action reverses", f.Event.Name, f.Resource)
	}
	return t, nil
}
