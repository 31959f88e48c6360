package cloudtrail

import "testing"

func TestIsRole(t *testing.T) {
	const one, every = "arn:aws:iam::111122223333:role/Riposte-remediate", "arn:aws:iam::*:role/Riposte-responder"
	for _, tt := range []struct {
		name, own, arn string
		want           bool
	}{
		{"the role", one, one, true},
		{"another account", one, "arn:aws:iam::444455556666:role/Riposte-remediate", false},
		{"any account", every, "arn:aws:iam::444455556666:role/Riposte-responder", true},
		{"a longer name", every, "arn:aws:iam::444455556666:role/Riposte-responder2", false},
		{"a path", every, "arn:aws:iam::444455556666:role/path/Riposte-responder", false},
		{"another partition", every, "arn:aws-cn:iam::444455556666:role/Riposte-responder", false},
		{"no account", every, "arn:aws:iam:::role/Riposte-responder", false},
		{"too short an account", every, "arn:aws:iam::44445555666:role/Riposte-responder", false},
		{"no digits", every, "arn:aws:iam::44445555666x:role/Riposte-responder", false},
		{"another resource in between", every, "arn:aws:iam::444455556666:role/x:role/Riposte-responder", false},
		{"a user", every, "arn:aws:iam::444455556666:user/Riposte-responder", false},
		{"nothing", every, "", false},
		{"a part of an account is no pattern", "arn:aws:iam::4444*:role/x", "arn:aws:iam::444455556666:role/x", false},
		{"a name is no pattern", "arn:aws:iam::*:role/*", "arn:aws:iam::444455556666:role/x", false},
		{"everything is no pattern", "*", "arn:aws:iam::444455556666:role/x", false},
	} {
		if got := IsRole(tt.own, tt.arn); got != tt.want {
			t.Errorf("%s: IsRole(%q, %q) = %v, want %v", tt.name, tt.own, tt.arn, got, tt.want)
		}
		e := &Event{Estate: &Estate{OwnRoles: []string{tt.own}}, Identity: Identity{Session: Session{IssuerARN: tt.arn}}}
		if got := e.ByOwnRole(); got != tt.want {
			t.Errorf("%s: ByOwnRole is %v, want %v", tt.name, got, tt.want)
		}
	}
}
