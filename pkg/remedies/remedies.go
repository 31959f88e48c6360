// Package remedies lists what Riposte can do to an account.
package remedies

import (
	"errors"

	"riposte/pkg/iampolicy"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedies/identity"
	"riposte/pkg/remedies/logging"
	"riposte/pkg/remedies/network"
	"riposte/pkg/remedy"
)

// All returns one remedy for every action, with access to the accounts that they may change.
func All(accounts access.Accounts) []remedy.Remedy {
	return []remedy.Remedy{
		identity.DeactivateAccessKey(accounts),
		identity.DetachPolicy(accounts),
		identity.RemoveInlinePolicy(accounts),
		identity.RestoreDefaultPolicyVersion(accounts, judge),
		logging.StartCloudTrailLogging(accounts),
		network.RevokeSecurityGroupRules(accounts),
	}
}

// judge reports whether a policy document grants so much that the rules would fire.
func judge(document []byte) (risky bool, err error) {
	v := iampolicy.Judge(document)
	if !v.Judged {
		return false, errors.New(v.Reason)
	}
	return len(v.AtLeast(iampolicy.Medium)) > 0, nil
}
