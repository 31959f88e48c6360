package identity

import (
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// findPrincipal returns the user, role or group of a finding with the params that an action needs, and refuses roles
// that must never be changed.
func findPrincipal(f detect.Finding, params ...string) (remedy.Target, error) {
	t := targetOf(f, params...)
	switch f.Resource.Type {
	case detect.User, detect.Group:
	case detect.Role:
		if actions.ProtectedRole(t.ID) {
			return t, remedy.Refuse("role %s belongs to AWS or to the account's administration and is never changed", t.ID)
		}
	default:
		return t, remedy.Refuse("%s is no user, role or group", f.Resource)
	}
	if t.ID == "" {
		return t, remedy.Refuse("the finding names no %s", t.Type)
	}
	for _, name := range params {
		if t.Params[name] == "" {
			return t, remedy.Refuse("the finding about %s has no %s", t, name)
		}
	}
	return t, nil
}

// sameName compares names as IAM does: they are unique whatever their letter case, and a request may use any.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }
