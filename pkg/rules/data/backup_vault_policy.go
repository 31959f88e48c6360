package data

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/caller"
	"riposte/pkg/rules/estate"
)

// vaultPolicyPut judges a vault's policy by whom it lets in.
func vaultPolicyPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		BackupVaultName cloudtrail.Text
		Policy          cloudtrail.Document
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.BackupVaultName == "" || len(req.Policy) == 0 {
		return nil, errors.New("request parameters: no backupVaultName or no policy")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.BackupVault, ID: string(req.BackupVaultName)}, Actions: []string{}}
	vault := "backup vault " + detect.Text(f.Resource.ID)
	v := iampolicy.JudgeResource(req.Policy, "backup", estate.Context(ev))
	if !v.Judged {
		f.Severity, f.Unjudged = detect.High, v.Reason
		f.Summary = "the policy of " + vault + " cannot be judged: " + v.Reason
		return []detect.Finding{f}, nil
	}
	v.Risks = v.AtLeast(iampolicy.Medium)
	worst, risky := v.Worst()
	if !risky {
		return nil, nil
	}
	f.Severity = caller.Tempered(ev, detect.High)
	f.Summary = vault + ": " + worst.Sentence + caller.Through(ev)
	return []detect.Finding{f}, nil
}
