package logging

import (
	"fmt"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// EKSControlPlaneLoggingDisabled fires when an EKS cluster no longer logs what its control plane does.
func EKSControlPlaneLoggingDisabled() *detect.Rule {
	judged := calls{"eks.amazonaws.com": {"UpdateClusterConfig": clusterConfigUpdated}}
	return &detect.Rule{
		ID:       "LOG-021",
		Title:    "EKS control plane logging disabled",
		Class:    "eks-control-plane-logging-disabled",
		Severity: detect.High,
		Doc: `**Why it matters.** The audit and authenticator logs are the only record of who did what inside a cluster: CloudTrail
does not see the Kubernetes API.

The rule reads which logs the request switches off. Audit or authenticator is high, api medium, controllerManager and
scheduler low. The event does not say what was on before: tools that always send all kinds name those that were never on.

**False positives.** The first set-up of a cluster's logging; logs that are switched off to save money.

**What to do.** Switch the audit and authenticator logs on again. GuardDuty's EKS protection has a copy of the audit log
of its own: look at its findings.`,
		Refs: []detect.Ref{
			attack("T1562.008"),
			aws("Send control plane logs to CloudWatch Logs", "eks/latest/userguide/control-plane-logs.html"),
		},
		Pattern: judged.pattern(),
		Match:   judged.match,
	}
}

func clusterConfigUpdated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Name    cloudtrail.Text
		Logging struct {
			ClusterLogging cloudtrail.List[struct {
				Types   cloudtrail.List[cloudtrail.Text]
				Enabled *cloudtrail.Flag
			}]
		}
	}](ev)
	if err != nil {
		return nil, err
	}
	var off []cloudtrail.Text
	for _, setting := range req.Logging.ClusterLogging {
		if setting.Enabled != nil && !bool(*setting.Enabled) {
			off = append(off, setting.Types...)
		}
	}
	if len(off) == 0 {
		return nil, nil
	}
	if req.Name == "" {
		return nil, missing("name")
	}
	severity := detect.Low
	switch {
	case slices.Contains(off, "audit"), slices.Contains(off, "authenticator"):
		severity = detect.High
	case slices.Contains(off, "api"):
		severity = detect.Medium
	}
	return []detect.Finding{{
		Severity: severity,
		Resource: detect.Resource{Type: detect.Cluster, ID: string(req.Name)},
		Summary:  fmt.Sprintf("EKS cluster %s was set not to log %s", detect.Text(string(req.Name)), few(off)),
	}}, nil
}
