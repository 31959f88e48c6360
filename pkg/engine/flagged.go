package engine

import (
	"encoding/json"
	"slices"

	"riposte/pkg/iampolicy"
	"riposte/pkg/remedy"
)

// flagged reports whether a state that is remembered as good is a policy that would be told today. It was judged when it was
// put, perhaps by an older version, or while a rule was off: what is put back is judged once more. What only the operator's
// configuration tells, such as whom an account trusts, is not asked here.
func flagged(aspect string, t remedy.Target, state json.RawMessage) bool {
	var judge func(document []byte) iampolicy.Verdict
	var codes []string // nil for every one
	context := iampolicy.Context{Account: t.Account, Partition: t.Partition}
	switch aspect {
	case "inline-policy":
		judge = iampolicy.Judge
	case "trust-policy":
		codes = []string{iampolicy.Public, iampolicy.OIDCUnscoped, iampolicy.SAMLUnscoped}
		judge = func(document []byte) iampolicy.Verdict { return iampolicy.JudgeTrust(document, context) }
	case "bucket-policy", "key-policy", "resource-policy":
		codes = []string{iampolicy.Public}
		judge = func(document []byte) iampolicy.Verdict {
			return iampolicy.JudgeResource(document, serviceOf(aspect), context)
		}
	default:
		return false
	}
	document := documentOfState(state)
	if document == "" {
		return false // there was none
	}
	v := judge([]byte(document))
	return !v.Judged || slices.ContainsFunc(v.AtLeast(iampolicy.Medium), func(r iampolicy.Risk) bool {
		return codes == nil || slices.Contains(codes, r.Code)
	})
}

// serviceOf returns the prefix of the actions in a policy; empty where the policy says it itself.
func serviceOf(aspect string) string {
	switch aspect {
	case "bucket-policy":
		return "s3"
	case "key-policy":
		return "kms"
	}
	return ""
}

// documentOfState returns the policy in a state: the state itself where it is a text, or what it calls its document.
func documentOfState(state json.RawMessage) string {
	var text string
	if json.Unmarshal(state, &text) == nil {
		return text
	}
	var whole struct{ Document string }
	if json.Unmarshal(state, &whole) != nil {
		return ""
	}
	return whole.Document
}
