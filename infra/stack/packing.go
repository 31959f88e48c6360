package stack

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// IAM takes 10,240 characters of inline policies for a role, and 6,144 for each of ten managed ones. What actions need goes
// into managed policies; the rest, and above all what is denied, stays inline.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxManaged     = 5_200 // with room for what references resolve to
	maxPolicyCount = 10
)

// attachPacked gives a role the permissions of the actions, in as few managed policies as hold them. id begins their names.
func (s *site) attachPacked(id string, role awsiam.Role, grants []statement) ([]constructs.IConstruct, error) {
	packs, err := packed(grants)
	if err != nil {
		return nil, err
	}
	var out []constructs.IConstruct
	for n, pack := range packs {
		policy, err := document(pack)
		if err != nil {
			return nil, err
		}
		managed := awsiam.NewManagedPolicy(s.stack, jsii.String(fmt.Sprintf("%sActions%d", id, n+1)), &awsiam.ManagedPolicyProps{
			ManagedPolicyName: jsii.String(s.name(fmt.Sprintf("%s-actions-%d", strings.ToLower(id), n+1))),
			Description:       jsii.String("What Riposte's actions need in the account"),
			Document:          policy,
			Roles:             &[]awsiam.IRole{role},
		})
		acceptWildcards(managed, pack)
		out = append(out, managed)
	}
	return out, nil
}

// packed fills policies with statements in their order.
func packed(grants []statement) ([][]statement, error) {
	var packs [][]statement
	left := 0
	for _, s := range grants {
		size, err := s.size()
		if err != nil {
			return nil, err
		}
		if size > maxManaged {
			return nil, fmt.Errorf("statement %s has %d characters, and a policy takes %d", s.sid, size, maxManaged)
		}
		if size > left {
			packs, left = append(packs, nil), maxManaged
		}
		packs[len(packs)-1] = append(packs[len(packs)-1], s)
		left -= size
	}
	if len(packs) > maxPolicyCount {
		return nil, fmt.Errorf("the actions need %d managed policies, and a role takes %d", len(packs), maxPolicyCount)
	}
	return packs, nil
}

// size returns about how many characters a statement has.
func (s statement) size() (int, error) {
	text, err := json.Marshal(map[string]any{
		"Sid": s.sid, "Effect": "Allow", "Action": s.actions, "Resource": s.resources, "Condition": s.conditions,
	})
	return len(text), err
}
