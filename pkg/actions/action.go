// Package actions says what each remedy does, as data. It links no SDK, so that the detector, the infrastructure, the
// documentation and the command line can read it; what an action does stands in pkg/remedies.
package actions

// An Action describes one remedy.
type Action struct {
	ID         string   // a verb: "deactivate-access-key"
	Title      string   // "Deactivate an access key"
	Reversible bool     // undo gives back what was there before
	Drastic    bool     // it stops all that a principal does: no stance does it at once, only a mode set for the rule
	AsRoot     bool     // it takes on the root user of a member's account, which only a deployment for an organization can
	Handles    []string // classes of finding that it answers
	Grants     []Grant
	Doc        string // Markdown: what it does, what it does not do, what undo does
	UndoDoc    string // one sentence for messages: what undo puts back, or why nothing can
}

// A Holder says whose a permission is.
type Holder int

// The holders of permissions.
const (
	Responder Holder = iota // the role by which an account is changed
	Hub                     // the remediator's own role, for calls that it makes before it enters the account
	RootTask                // no role: a policy of AWS gives it to the session as root that the action opens
)

// A Grant is a permission that an action needs in the account that it changes, or on the way there.
type Grant struct {
	Actions []string // "iam:UpdateAccessKey"
	// Resources are ARNs in which ${Partition}, ${Account} and ${Region} stand for the deployment's own, and * for
	// any name. "*" alone is allowed only with a reason in Why.
	Resources []string
	// Events are the names under which CloudTrail records the calls, where they differ from those of the permissions.
	Events    []string
	ToService string // of iam:PassRole: the only service that a role may be passed to
	Writes    bool   // the calls change the account
	Undo      bool   // only undo needs it: a role that never undoes can do without
	Why       string // why Resources is "*"
	Holder    Holder
	// Conditions are those under which the permission is given: values by operator and condition key, with the same
	// placeholders as Resources.
	Conditions map[string]map[string][]string
}

// ByID returns the action with the given ID.
func ByID(id string) (Action, bool) {
	for _, a := range All() {
		if a.ID == id {
			return a, true
		}
	}
	return Action{}, false
}
