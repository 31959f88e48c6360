package data

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
	"riposte/pkg/rules/estate"
)

const associateAccessPolicy = "AssociateAccessPolicy"

// ClusterAccessGranted fires when a principal gets rights in a Kubernetes cluster.
func ClusterAccessGranted() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-012",
		Title:    "Kubernetes cluster access granted",
		Class:    "eks-access-entry",
		Severity: detect.High,
		Doc: `**Why it matters.** An access entry lets an IAM principal into a cluster. With the administrator's policy its
holder reads every secret, runs anything on every node, and gets the roles of all pods.

AmazonEKSClusterAdminPolicy and AmazonEKSAdminPolicy in the whole cluster are high; within namespaces, and with the policy
for editing, medium. A principal of another account is high whatever it gets. An entry that puts somebody into groups of
Kubernetes is medium: what they may do stands in the cluster. Policies for viewing, entries without groups, and entries
that services make for nodes are no findings.

**False positives.** The set-up of a cluster; the operators' own role.

**What to do.** Ask the caller. Take the policy off (DisassociateAccessPolicy) and look at the cluster's audit log for
what the principal did.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.006", URL: "https://attack.mitre.org/techniques/T1098/006/"},
			{
				Kind: "AWS", Name: "Grant IAM users access to Kubernetes with EKS access entries",
				URL: "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: "eks.amazonaws.com", Names: []string{associateAccessPolicy, "CreateAccessEntry", "UpdateAccessEntry"},
		}},
		Match: matchClusterAccessGranted,
	}
}

func matchClusterAccessGranted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Name, ClusterName, PrincipalARN, PolicyARN cloudtrail.Text
		AccessScope                                struct{ Type cloudtrail.Text }
		KubernetesGroups                           cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	cluster, principal := string(req.Name), unescaped(string(req.PrincipalARN))
	if cluster == "" {
		cluster = string(req.ClusterName)
	}
	if cluster == "" || principal == "" {
		return nil, errors.New("request parameters: no name of a cluster or no principalArn")
	}
	severity, what := detect.Inherit, ""
	switch {
	case ev.Name == associateAccessPolicy:
		if req.PolicyARN == "" {
			return nil, errors.New("request parameters: no policyArn")
		}
		severity, what = accessPolicy(unescaped(string(req.PolicyARN)), string(req.AccessScope.Type))
	case len(req.KubernetesGroups) > 0 && caller.Service(ev) == "":
		severity, what = detect.Medium, "membership of the group "+detect.Text(string(req.KubernetesGroups[0]))
	}
	if owner := estate.Stranger(ev, principal); owner != "" {
		severity = detect.High
		if what == "" {
			what = "an access entry"
		}
		what += " from account " + detect.Text(owner)
	}
	if severity == detect.Inherit {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, severity),
		Resource: detect.Resource{Type: detect.Cluster, ID: cluster},
		Summary:  fmt.Sprintf("%s got %s in cluster %s%s", detect.Text(principal), what, detect.Text(cluster), caller.Through(ev)),
	}}, nil
}

// accessPolicy says how grave it is to get one of AWS's access policies.
func accessPolicy(arn, scope string) (detect.Severity, string) {
	name := arn[strings.LastIndex(arn, "/")+1:]
	what := detect.Text(name)
	if scope == "namespace" {
		what += " within namespaces"
	}
	switch name {
	case "AmazonEKSViewPolicy":
		return detect.Inherit, ""
	case "AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy":
		if scope != "namespace" {
			return detect.High, what
		}
	}
	return detect.Medium, what // the one that shows an administrator everything shows secrets too
}

// unescaped undoes the encoding of what stood in an address.
func unescaped(text string) string {
	plain, err := url.PathUnescape(text)
	if err != nil {
		return text
	}
	return plain
}
