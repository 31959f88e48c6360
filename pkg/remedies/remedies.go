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

// judge grades a policy document by its worst risk. What is less than medium the rules do not report either.
func judge(document []byte) (identity.Grade, error) {
	v := iampolicy.Judge(document)
	if !v.Judged {
		return 0, errors.New(v.Reason)
	}
	worst, _ := v.Worst()
	switch worst.Severity {
	case iampolicy.Critical:
		return 3, nil
	case iampolicy.High:
		return 2, nil
	case iampolicy.Medium:
		return 1, nil
	default:
		return 0, nil
	}
}
