package network

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// mirror is the session of one number of a network interface; nil for none. Its id does not make it another one.
type mirror struct {
	Session *mirrorSession `json:"session"`
}

type mirrorSession struct {
	ID          string `json:"id"`
	Target      string `json:"target"`
	Filter      string `json:"filter"`
	Packet      int32  `json:"packet"` // bytes that are copied of each, 0 for all
	Network     int32  `json:"network"`
	Description string `json:"description,omitempty"`
}

func (m mirror) equal(other mirror) bool {
	if m.Session == nil || other.Session == nil {
		return m.Session == other.Session
	}
	a, b := *m.Session, *other.Session
	a.ID, b.ID = "", ""
	return a == b
}

// DeleteTrafficMirrorSession ends the copying of traffic. The aspect is the session that a network interface has under the
// number of the event.
func DeleteTrafficMirrorSession(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, mirror]{
		Action: actions.DeleteTrafficMirrorSession(),
		Lens: remedy.Lens[*ec2.Client, mirror]{
			Client: access.Client(accounts, ec2Client),
			Read:   readMirror,
			Write:  writeMirror,
			Equal:  mirror.equal,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t := remedy.TargetOf(f, detect.ParamMirror)
			if f.Resource.Type != detect.NetworkInterface || !strings.HasPrefix(t.ID, "eni-") {
				return t, remedy.Refuse("%s is no network interface with an id", f.Resource)
			}
			_, err := mirrorOf(t)
			return t, err
		},
		Want: func(_ context.Context, _ *ec2.Client, _ detect.Finding, t remedy.Target, before mirror) (mirror, error) {
			made, err := mirrorOf(t)
			if err != nil {
				return before, err
			}
			if before.Session == nil || before.Session.Target != made.Target || before.Session.Filter != made.Filter {
				return before, nil
			}
			return mirror{}, nil
		},
		Summary: func(t remedy.Target, before, _ mirror) string {
			return fmt.Sprintf("network interface %s: its traffic is no longer copied to %s", t.ID, before.Session.Target)
		},
		Nothing: func(t remedy.Target, live mirror) string {
			if live.Session == nil {
				return fmt.Sprintf("network interface %s: the session of the event is gone", t.ID)
			}
			return fmt.Sprintf("network interface %s: the session of that number is another one by now, to %s", t.ID, live.Session.Target)
		},
	})
}

// mirrorOf returns the session of the event.
func mirrorOf(t remedy.Target) (detect.MirrorOf, error) {
	var m detect.MirrorOf
	if err := json.Unmarshal([]byte(t.Params[detect.ParamMirror]), &m); err != nil || m.Number < 1 || m.Target == "" {
		return m, &remedy.Refusal{Reason: fmt.Sprintf("the finding does not say which session copies the traffic of %s", t.ID), Err: err}
	}
	return m, nil
}

func readMirror(ctx context.Context, api *ec2.Client, t remedy.Target) (mirror, error) {
	made, err := mirrorOf(t)
	if err != nil {
		return mirror{}, err
	}
	pages := ec2.NewDescribeTrafficMirrorSessionsPaginator(api, &ec2.DescribeTrafficMirrorSessionsInput{Filters: []types.Filter{
		{Name: aws.String("network-interface-id"), Values: []string{t.ID}},
		{Name: aws.String("session-number"), Values: []string{strconv.Itoa(int(made.Number))}},
	}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return mirror{}, err
		}
		for _, s := range page.TrafficMirrorSessions {
			if aws.ToString(s.NetworkInterfaceId) == t.ID && aws.ToInt32(s.SessionNumber) == made.Number {
				return mirror{&mirrorSession{
					ID: aws.ToString(s.TrafficMirrorSessionId), Target: aws.ToString(s.TrafficMirrorTargetId),
					Filter: aws.ToString(s.TrafficMirrorFilterId), Packet: aws.ToInt32(s.PacketLength),
					Network: aws.ToInt32(s.VirtualNetworkId), Description: aws.ToString(s.Description),
				}}, nil
			}
		}
	}
	return mirror{}, nil
}

func writeMirror(ctx context.Context, api *ec2.Client, t remedy.Target, from, to mirror) error {
	made, err := mirrorOf(t)
	if err != nil {
		return err
	}
	switch {
	case to.Session == nil && from.Session == nil:
		return nil
	case to.Session == nil:
		_, err := api.DeleteTrafficMirrorSession(ctx, &ec2.DeleteTrafficMirrorSessionInput{TrafficMirrorSessionId: aws.String(from.Session.ID)})
		if coded(err, "InvalidTrafficMirrorSessionId.NotFound") {
			return nil // deleted meanwhile
		}
		return err
	case from.Session != nil:
		return remedy.Refuse("network interface %s has another session of that number", t.ID)
	}
	in := &ec2.CreateTrafficMirrorSessionInput{
		NetworkInterfaceId: aws.String(t.ID), SessionNumber: aws.Int32(made.Number), TrafficMirrorTargetId: aws.String(to.Session.Target),
		TrafficMirrorFilterId: aws.String(to.Session.Filter), VirtualNetworkId: aws.Int32(to.Session.Network),
		Description: optional(to.Session.Description),
	}
	if to.Session.Packet > 0 {
		in.PacketLength = aws.Int32(to.Session.Packet)
	}
	_, err = api.CreateTrafficMirrorSession(ctx, in)
	return access.Gone(err, "InvalidNetworkInterfaceID.NotFound", "InvalidTrafficMirrorTargetId.NotFound", "InvalidTrafficMirrorFilterId.NotFound")
}
