package sharing

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// A setting is a switch that EC2 has for a whole region.
type setting struct {
	action actions.Action
	event  string // the call that turns it the wrong way
	noun   string
	right  bool // how it should be
	words  map[bool]string
	read   func(ctx context.Context, api *ec2.Client) (bool, error)
	write  func(ctx context.Context, api *ec2.Client, to bool) error
}

// turnBack returns the remedy that turns a region's switch back.
func turnBack(accounts access.Accounts, s setting) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, bool]{
		Action: s.action,
		Lens: remedy.Lens[*ec2.Client, bool]{
			Client: client(accounts, ec2.NewFromConfig),
			Read: func(ctx context.Context, api *ec2.Client, _ remedy.Target) (bool, error) {
				return s.read(ctx, api)
			},
			Write: func(ctx context.Context, api *ec2.Client, _ remedy.Target, _, to bool) error {
				return s.write(ctx, api, to)
			},
		},
		Find: func(f detect.Finding) (remedy.Target, error) { return findSetting(f, s.event, s.noun) },
		Want: func(context.Context, *ec2.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return s.right, nil
		},
		Summary: func(t remedy.Target, before, after bool) string {
			return fmt.Sprintf("%s in %s: %s → %s", s.noun, t.Region, s.words[before], s.words[after])
		},
		Nothing: func(t remedy.Target, live bool) string {
			return fmt.Sprintf("%s in %s is %s", s.noun, t.Region, s.words[live])
		},
	})
}

// findSetting returns the account and region of a finding about a setting of EC2, which only the event's name tells.
func findSetting(f detect.Finding, event, noun string) (remedy.Target, error) {
	t := remedy.TargetOf(f)
	if f.Resource.Type != detect.Account || f.Event.Name != event {
		return t, remedy.Refuse("%s on %s did not change the %s", f.Event.Name, f.Resource, noun)
	}
	if t.ID != t.Account {
		return t, remedy.Refuse("the finding is about account %s and its event from account %s", t.ID, t.Account)
	}
	return t, nil
}
