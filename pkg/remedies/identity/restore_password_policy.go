package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// A passwordPolicy is all that an account asks of its users' passwords. The zero value stands for no policy, where IAM's
// default holds.
type passwordPolicy struct {
	Set             bool  `json:"set"`
	MinimumLength   int32 `json:"minimum_length,omitempty"`
	Symbols         bool  `json:"symbols,omitempty"`
	Numbers         bool  `json:"numbers,omitempty"`
	Uppercase       bool  `json:"uppercase,omitempty"`
	Lowercase       bool  `json:"lowercase,omitempty"`
	UsersMayChange  bool  `json:"users_may_change,omitempty"`
	HardExpiry      bool  `json:"hard_expiry,omitempty"`
	MaximumAge      int32 `json:"maximum_age,omitempty"` // in days; 0 for ever
	ReusePrevention int32 `json:"reuse_prevention,omitempty"`
}

// RestorePasswordPolicy gives one account its last good password policy back.
func RestorePasswordPolicy(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, passwordPolicy]{
		Action: actions.RestorePasswordPolicy(),
		Lens: remedy.Lens[*iam.Client, passwordPolicy]{
			Client: client(accounts),
			Read:   readPasswordPolicy,
			Write:  writePasswordPolicy,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t := targetOf(f)
			switch f.Event.Name {
			case "UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy":
			default:
				return t, remedy.Refuse("the event about %s changes no password policy", f.Resource)
			}
			if f.Resource.Type != detect.Account || t.Account == "" || t.ID != t.Account {
				return t, remedy.Refuse("%s is not account %s, whose password policy the event is about", f.Resource, t.Account)
			}
			return t, nil
		},
		Want: func(_ context.Context, _ *iam.Client, f detect.Finding, t remedy.Target, before passwordPolicy) (passwordPolicy, error) {
			if set, told := passwordsOf(f); told && !before.sameAs(set) {
				return before, nil
			}
			return passwordPolicy{}, remedy.Refuse("which password policy account %s had before is not known: a person has to set one", t.Account)
		},
		Aspect:  "password-policy",
		Restore: restorePasswords,
		Summary: func(t remedy.Target, before, _ passwordPolicy) string {
			if !before.Set {
				return fmt.Sprintf("password policy of account %s: put back", t.Account)
			}
			return fmt.Sprintf("password policy of account %s: as it was before", t.Account)
		},
		Nothing: func(t remedy.Target, _ passwordPolicy) string {
			return fmt.Sprintf("the password policy of account %s is what it was before the event, or what somebody made it since", t.Account)
		},
	})
}

// restorePasswords returns the last good policy where the live one still is the event's. One that somebody has set since stays.
func restorePasswords(_ context.Context, _ *iam.Client, f detect.Finding, t remedy.Target, before, good passwordPolicy) (passwordPolicy, error) {
	set, told := passwordsOf(f)
	switch {
	case told && !before.sameAs(set):
		return before, nil
	case !good.Set:
		return before, remedy.Refuse("account %s had no password policy before: a person has to set one", t.Account)
	case !told:
		return before.asStrictAs(good), nil
	case good.MinimumLength == 0: // the request named none
		good.MinimumLength = defaultMinimumLength
	}
	return good, nil
}

// defaultMinimumLength is what IAM takes where a request names none.
const defaultMinimumLength = 6

// passwordsOf returns the policy that the event of a finding set; told is false where the finding does not say.
func passwordsOf(f detect.Finding) (set passwordPolicy, told bool) {
	if f.Event.Name == "DeleteAccountPasswordPolicy" {
		return passwordPolicy{}, true
	}
	told = json.Unmarshal([]byte(f.Params[detect.ParamPasswords]), &set) == nil
	return set, told
}

// sameAs reports whether two policies ask for the same.
func (p passwordPolicy) sameAs(other passwordPolicy) bool {
	for _, q := range []*passwordPolicy{&p, &other} {
		if q.Set && q.MinimumLength == 0 {
			q.MinimumLength = defaultMinimumLength
		}
	}
	return p == other
}

// asStrictAs returns a policy with whatever is laxer than in a good one made as strict.
func (p passwordPolicy) asStrictAs(good passwordPolicy) passwordPolicy {
	if !p.Set {
		return good
	}
	p.MinimumLength = max(p.MinimumLength, good.MinimumLength)
	p.ReusePrevention = max(p.ReusePrevention, good.ReusePrevention)
	p.Symbols = p.Symbols || good.Symbols
	p.Numbers = p.Numbers || good.Numbers
	p.Uppercase = p.Uppercase || good.Uppercase
	p.Lowercase = p.Lowercase || good.Lowercase
	if good.MaximumAge > 0 && (p.MaximumAge == 0 || p.MaximumAge > good.MaximumAge) {
		p.MaximumAge = good.MaximumAge
	}
	p.UsersMayChange, p.HardExpiry = good.UsersMayChange, good.HardExpiry
	return p
}

func readPasswordPolicy(ctx context.Context, api *iam.Client, _ remedy.Target) (passwordPolicy, error) {
	out, err := api.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{})
	switch {
	case missing(err):
		return passwordPolicy{}, nil
	case err != nil:
		return passwordPolicy{}, err
	case out.PasswordPolicy == nil:
		return passwordPolicy{}, errors.New("the answer has no password policy")
	}
	p := out.PasswordPolicy
	return passwordPolicy{
		Set: true, MinimumLength: aws.ToInt32(p.MinimumPasswordLength), MaximumAge: aws.ToInt32(p.MaxPasswordAge),
		ReusePrevention: aws.ToInt32(p.PasswordReusePrevention), HardExpiry: aws.ToBool(p.HardExpiry),
		Symbols: p.RequireSymbols, Numbers: p.RequireNumbers, Uppercase: p.RequireUppercaseCharacters,
		Lowercase: p.RequireLowercaseCharacters, UsersMayChange: p.AllowUsersToChangePassword,
	}, nil
}

func writePasswordPolicy(ctx context.Context, api *iam.Client, _ remedy.Target, _, to passwordPolicy) error {
	if !to.Set {
		if _, err := api.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{}); !missing(err) {
			return final(err)
		}
		return nil
	}
	in := &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: aws.Int32(to.MinimumLength), HardExpiry: aws.Bool(to.HardExpiry),
		RequireSymbols: to.Symbols, RequireNumbers: to.Numbers, RequireUppercaseCharacters: to.Uppercase,
		RequireLowercaseCharacters: to.Lowercase, AllowUsersToChangePassword: to.UsersMayChange,
	}
	// IAM takes no zero for these: leaving them out means none.
	if to.MaximumAge > 0 {
		in.MaxPasswordAge = aws.Int32(to.MaximumAge)
	}
	if to.ReusePrevention > 0 {
		in.PasswordReusePrevention = aws.Int32(to.ReusePrevention)
	}
	_, err := api.UpdateAccountPasswordPolicy(ctx, in)
	return final(err)
}
