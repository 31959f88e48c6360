package identity

import (
	"encoding/json"
	"strconv"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodPasswordPolicy returns the password policy that a harmless event gave the account. The names are those that the
// action restore-password-policy writes.
func goodPasswordPolicy(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		MinimumPasswordLength, MaxPasswordAge, PasswordReusePrevention                         cloudtrail.Text
		RequireSymbols, RequireNumbers, RequireUppercaseCharacters, RequireLowercaseCharacters cloudtrail.Flag
		AllowUsersToChangePassword, HardExpiry                                                 cloudtrail.Flag
	}](ev)
	if err != nil || ev.Name == deleteAccountPasswordPolicy || ev.Account == "" {
		return detect.State{}, false
	}
	state := map[string]any{"set": true}
	for name, number := range map[string]cloudtrail.Text{
		"minimum_length": req.MinimumPasswordLength, "maximum_age": req.MaxPasswordAge, "reuse_prevention": req.PasswordReusePrevention,
	} {
		if number == "" {
			continue
		}
		n, err := strconv.ParseInt(string(number), 10, 32)
		if err != nil {
			return detect.State{}, false
		}
		state[name] = n
	}
	for name, flag := range map[string]cloudtrail.Flag{
		"symbols": req.RequireSymbols, "numbers": req.RequireNumbers, "uppercase": req.RequireUppercaseCharacters,
		"lowercase": req.RequireLowercaseCharacters, "users_may_change": req.AllowUsersToChangePassword, "hard_expiry": req.HardExpiry,
	} {
		if flag {
			state[name] = true
		}
	}
	raw, err := json.Marshal(state)
	return detect.State{Aspect: "password-policy", Resource: detect.Resource{Type: detect.Account, ID: ev.Account}, State: raw}, err == nil
}
