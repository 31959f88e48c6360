package main

import "slices"

// A reason says in words why the label of a recorded event is not followed.
type reason struct{ row, class, why string }

// A reasonBook notes which reasons are used, so that one that is no longer needed does not stay.
type reasonBook struct {
	reasons []reason
	used    []bool
}

func newReasonBook(reasons []reason) *reasonBook {
	return &reasonBook{reasons: reasons, used: make([]bool, len(reasons))}
}

// why returns the reason for a class on a row, "" where none was written.
func (b *reasonBook) why(row, class string) string {
	i := slices.IndexFunc(b.reasons, func(r reason) bool { return r.row == row && r.class == class })
	if i < 0 {
		return ""
	}
	b.used[i] = true
	return b.reasons[i].why
}

// idle returns the reasons that nothing asked for.
func (b *reasonBook) idle() []reason {
	var out []reason
	for i, r := range b.reasons {
		if !b.used[i] {
			out = append(out, r)
		}
	}
	return out
}

// missedReasons lists the attacks that are not to be found, and why.
func missedReasons() []reason {
	const empty = "EC2 deletes only what is empty, so that nothing is lost: an ordinary change, which is off unless somebody asks for it"
	return []reason{
		{"att-948f5fe4ffaa", "vpc-gateway-route-changed", empty},
		{"att-011fd2143d75", "vpc-gateway-route-changed", empty},
	}
}

// benignReasons lists what is found in harmless records, and why it should be.
func benignReasons() []reason {
	const (
		profile  = "whoever starts an instance with the profile has the role's rights, and the event does not show which those are"
		snapshot = "the snapshot is gone for good, and the event does not show whether there is another copy"
		deleted  = "a person's access is gone for good, and that Terraform says to have done it is the caller's word"
		asked    = "one role asked in vain for the passwords of thirty machines within minutes: that is an attack, whatever came of it"
		secrets  = "one user read ten different secrets within a minute; that a program of theirs built them just before is not in the events"
		deletion = "one user deleted ten secrets within a minute, for good; whether they were still needed is not in the events"
		stub     = "a record that AWS would not write: it lacks what decides, and what cannot be judged is told"
	)
	return []reason{
		{"ben-bff77f01890e", "instance-profile-or-passrole", profile},
		{"ben-7722f793d07a", "instance-profile-or-passrole", profile},
		{"ben-f576a3058716", "instance-profile-or-passrole", profile},
		{"ben-837eb8b3a50c", "backup-deleted", snapshot},
		{"ben-c94ae3463bf7", "backup-deleted", snapshot},
		{"ben-54610d375be4", "iam-group-or-user-deleted", deleted},
		{"ben-8a875fb6dc69", "ec2-password-or-userdata-read", asked},
		{"ben-82163646480e", "secrets-bulk-read", secrets},
		{"ben-0e4c5f4a790e", "mass-deletion", deletion},
		{"ben-353ee381aa11", "console-login-no-mfa", stub},
		{"ben-353977b241e8", "console-login-no-mfa", stub},
		{"ben-016018c1f2bc", "root-console-login", stub},
		{"ben-a190ff5c7388", "inline-policy-wildcard", stub},
	}
}
