package sharing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedies/policytext"
	"riposte/pkg/remedy"
)

// RestoreKeyPolicy puts the policy of a key back that was last known to be good, or takes the risky statements of an event
// out of it. The aspect is the whole document: whether an account can still manage its key depends on all of it.
func RestoreKeyPolicy(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*kms.Client, string]{
		Action: actions.RestoreKeyPolicy(),
		Lens: remedy.Lens[*kms.Client, string]{
			Client: client(accounts, kms.NewFromConfig), Read: readKeyPolicy, Write: writeKeyPolicy, Equal: sameDocument, Differ: policytext.Between,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findResource(f, detect.Key, detect.ParamStatements)
			if err == nil && strings.HasPrefix(t.ID, "alias/aws/") {
				err = remedy.Refuse("key %s belongs to AWS", t.ID)
			}
			if err == nil && f.Params[detect.ParamDocumentHash] == "" {
				err = remedy.Refuse("the finding does not say which policy key %s was given", t.ID)
			}
			return t, err
		},
		Want:   wantKeyPolicy,
		Aspect: "key-policy", Restore: restoreKeyPolicy,
		Summary: summarizeKeyPolicy,
		Nothing: func(t remedy.Target, _ string) string {
			return fmt.Sprintf("the policy of key %s no longer has the statements of the event", name(t.ID))
		},
	})
}

func summarizeKeyPolicy(t remedy.Target, before, after string) string {
	if s, err := selectionOf(t); err == nil {
		if p, err := partOf(before, s); err == nil && len(p.Statements) > 0 {
			if rest, err := replaced(before, s, part{}); err == nil && sameDocument(rest, after) {
				return fmt.Sprintf("policy of key %s: removed %s", name(t.ID), p)
			}
		}
	}
	return fmt.Sprintf("policy of key %s: put back as it was last known to be good", name(t.ID))
}

// wantKeyPolicy takes the event's risky statements out.
func wantKeyPolicy(_ context.Context, _ *kms.Client, _ detect.Finding, t remedy.Target, before string) (string, error) {
	s, err := selectionOf(t)
	if err != nil {
		return "", err
	}
	p, err := partOf(before, s)
	if err != nil || len(p.Statements) == 0 {
		return before, err
	}
	after, err := replaced(before, s, part{})
	if err != nil {
		return "", err
	}
	return after, keepsOwner(t, after)
}

// restoreKeyPolicy goes back to the good document as long as the key has the event's.
func restoreKeyPolicy(ctx context.Context, api *kms.Client, f detect.Finding, t remedy.Target, before, good string) (string, error) {
	if !policytext.Still(f, before) || keepsOwner(t, good) != nil {
		return wantKeyPolicy(ctx, api, f, t, before)
	}
	return good, nil
}

// keepsOwner refuses a policy under which the key's own account could not change it again.
func keepsOwner(t remedy.Target, document string) error {
	if document == "" {
		return remedy.Refuse("no statement would be left in the policy of key %s: nobody could manage it", t.ID)
	}
	v := iampolicy.JudgeResource([]byte(document), "kms", iampolicy.Context{Account: t.Account, Partition: t.Partition})
	if !v.Judged {
		return remedy.Refuse("whether account %s could still manage key %s cannot be judged: %s", t.Account, t.ID, v.Reason)
	}
	for _, r := range v.Risks {
		if r.Code == iampolicy.SelfLockout {
			return remedy.Refuse("the policy of key %s would lock account %s out: %s", t.ID, t.Account, r.Sentence)
		}
	}
	if !ownerManages(t.Account, document) {
		return remedy.Refuse("no statement of the policy of key %s lets account %s manage it whatever the circumstances", t.ID, t.Account)
	}
	return nil
}

// ownerManages reports whether a statement without a condition lets the whole account change the policy.
func ownerManages(account, document string) bool {
	list, err := detect.PolicyStatements([]byte(document))
	if err != nil {
		return false
	}
	for _, raw := range list {
		var s struct {
			Effect            string
			Action, Condition json.RawMessage
		}
		if json.Unmarshal(raw, &s) != nil || s.Effect != "Allow" || len(s.Condition) > 0 {
			continue
		}
		manages := slices.ContainsFunc(texts(s.Action), func(a string) bool {
			a = strings.ToLower(a)
			return a == "*" || a == "kms:*" || a == "kms:put*" || a == "kms:putkeypolicy"
		})
		if manages && slices.Contains(principalsOf(raw), account) {
			return true
		}
	}
	return false
}

const (
	keyMissing = "NotFoundException"
	onlyPolicy = "default" // the name of the only policy that a key has
)

func readKeyPolicy(ctx context.Context, api *kms.Client, t remedy.Target) (string, error) {
	out, err := api.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: aws.String(t.ID), PolicyName: aws.String(onlyPolicy)})
	if err != nil {
		return "", gone(err, keyMissing)
	}
	return aws.ToString(out.Policy), nil
}

// writeKeyPolicy looks once more: a journal entry is older than what it writes, and a lock-out is for ever.
func writeKeyPolicy(ctx context.Context, api *kms.Client, t remedy.Target, _, to string) error {
	if err := keepsOwner(t, to); err != nil {
		return err
	}
	_, err := api.PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{
		KeyId: aws.String(t.ID), PolicyName: aws.String(onlyPolicy), Policy: aws.String(to),
	})
	return gone(err, keyMissing)
}
