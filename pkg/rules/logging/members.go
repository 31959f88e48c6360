package logging

import (
	"fmt"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// members judges a call of an administrator account on member accounts. The services answer 200 with the accounts on
// which they did nothing; those are left out.
func members(severity detect.Severity, said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		req, err := cloudtrail.RequestOf[struct {
			AccountIDs cloudtrail.List[cloudtrail.Text]
		}](ev)
		if err != nil {
			return nil, err
		}
		if len(req.AccountIDs) == 0 || slices.Contains(req.AccountIDs, "") {
			return nil, missing("accountIds")
		}
		left := unprocessed(ev)
		done := slices.DeleteFunc(req.AccountIDs, func(id cloudtrail.Text) bool { return slices.Contains(left, id) })
		if len(done) == 0 {
			return nil, nil
		}
		return []detect.Finding{{
			Severity: severity,
			Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
			Summary:  fmt.Sprintf(said, few(done)),
		}}, nil
	}
}

// unprocessed returns the accounts that the answer excepts. An answer that cannot be read excepts none.
func unprocessed(ev *cloudtrail.Event) []cloudtrail.Text {
	resp, err := cloudtrail.ResponseOf[struct {
		UnprocessedAccounts cloudtrail.List[struct{ AccountID cloudtrail.Text }]
	}](ev)
	if err != nil {
		return nil
	}
	ids := make([]cloudtrail.Text, 0, len(resp.UnprocessedAccounts))
	for _, account := range resp.UnprocessedAccounts {
		ids = append(ids, account.AccountID)
	}
	return ids
}
