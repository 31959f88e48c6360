package actions

import "strings"

// ProtectedRole reports whether a role must never be changed: it belongs to AWS, or the account's administration stands
// on it. name is the role's name; a path before it, as ARNs have, is taken into account. Letter case is not: IAM takes a
// name in any, and CloudTrail records it as the caller wrote it.
func ProtectedRole(name string) bool {
	path, name := splitPath(strings.ToLower(name))
	if strings.HasPrefix(path, "aws-service-role/") || strings.HasPrefix(path, "aws-reserved/") {
		return true
	}
	switch name {
	case "awscontroltowerexecution", "organizationaccountaccessrole", "awscloudformationstacksetexecutionrole":
		return true
	}
	for _, prefix := range []string{"awsservicerolefor", "awsreservedsso_", "aws-controltower-", "stacksets-exec-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return bootstrapRole(name)
}

// bootstrapRole reports whether a role is one that "cdk bootstrap" makes: cdk-<qualifier>-<purpose>-role-<account>-<region>.
func bootstrapRole(name string) bool {
	rest, ok := strings.CutPrefix(name, "cdk-")
	if !ok {
		return false
	}
	for _, purpose := range []string{"deploy", "file-publishing", "image-publishing", "lookup", "cfn-exec"} {
		if qualifier, _, found := strings.Cut(rest, "-"+purpose+"-role-"); found && qualifier != "" {
			return true
		}
	}
	return false
}

// ProtectedPolicy reports whether a managed policy must never be detached: AWS quarantines leaked keys with it, or it
// only denies.
func ProtectedPolicy(arn string) bool {
	_, name := splitPath(arn)
	return strings.HasPrefix(name, "AWSCompromisedKeyQuarantine") || name == "AWSDenyAll"
}

// splitPath splits the name of an IAM resource from the path before it, and drops what an ARN has before that.
func splitPath(s string) (path, name string) {
	for _, kind := range []string{":role/", ":policy/"} {
		if _, rest, ok := strings.Cut(s, kind); ok {
			s = rest
		}
	}
	s = strings.TrimPrefix(s, "/")
	i := strings.LastIndexByte(s, '/')
	return s[:i+1], s[i+1:]
}
