package organization

import (
	"encoding/json"
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// departure tells the management account of a member that left by its own call, which is recorded where nobody may look
// any more. Accounts that were removed or closed are told by those calls.
func departure(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Service.Omitted() {
		return nil, fmt.Errorf("service event details: %w", cloudtrail.ErrOmitted)
	}
	var details struct{ AccountID, MemberAccountID, DepartureMethod cloudtrail.Text }
	if err := json.Unmarshal(ev.Service.Raw(), &details); err != nil {
		return nil, errors.New("service event details: a field is no text")
	}
	switch details.DepartureMethod {
	case "REMOVED", "CLEANED":
		return nil, nil
	}
	account := string(details.AccountID)
	if account == "" {
		account = string(details.MemberAccountID)
	}
	f := detect.Finding{
		Severity: detect.Critical,
		Resource: detect.Resource{Type: detect.Account, ID: account},
	}
	who := "account " + detect.Text(account)
	if account == "" {
		f.Resource = detect.Resource{Type: detect.Organization, ID: ev.Account}
		who = "an account that the event does not name"
	}
	how := " by a call of its own"
	if details.DepartureMethod != "LEFT" {
		f.Severity, how = detect.High, ", the event does not say how"
	}
	f.Summary = who + " left the organisation" + how + ": none of its policies binds it any more"
	return []detect.Finding{f}, nil
}
