package identity

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	quarantineName     = "RiposteQuarantine"
	quarantineDocument = `{"Version":"2012-10-17","Statement":[{"Sid":"RiposteQuarantine","Effect":"Deny","Action":"*","Resource":"*"}]}`
)

// QuarantineUser denies everything to one user.
func QuarantineUser(accounts access.Accounts) remedy.Remedy {
	return quarantine(accounts, actions.QuarantineUser(), findUser)
}

// QuarantineRole denies everything to one role.
func QuarantineRole(accounts access.Accounts) remedy.Remedy {
	return quarantine(accounts, actions.QuarantineRole(), findRole)
}

// quarantine puts a policy of its own name on a user or a role. The aspect is that policy alone.
func quarantine(accounts access.Accounts, a actions.Action, find func(detect.Finding, ...string) (remedy.Target, error)) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action: a,
		Lens:   inlineLens(accounts),
		Find:   func(f detect.Finding) (remedy.Target, error) { return named(f, quarantineName, find) },
		Want: func(context.Context, *iam.Client, detect.Finding, remedy.Target, string) (string, error) {
			return quarantineDocument, nil
		},
		Summary: func(t remedy.Target, _, _ string) string {
			return fmt.Sprintf("%s %s: denied everything by inline policy %s", noun(t), t.ID, quarantineName)
		},
		Nothing: func(t remedy.Target, _ string) string {
			return fmt.Sprintf("%s %s is in quarantine already", noun(t), t.ID)
		},
	})
}

// named returns the target of a finding together with the name of the inline policy that an action of ours writes.
func named(f detect.Finding, policy string, find func(detect.Finding, ...string) (remedy.Target, error)) (remedy.Target, error) {
	t, err := find(f)
	t.Params = map[string]string{detect.ParamPolicyName: policy}
	return t, err
}

// findRole is findPrincipal for what only roles have.
func findRole(f detect.Finding, params ...string) (remedy.Target, error) {
	if f.Resource.Type != detect.Role {
		return targetOf(f), remedy.Refuse("%s is no role", f.Resource)
	}
	return findPrincipal(f, params...)
}
