// Package exposure holds the rules about resources that are opened to others: to everyone, or to another account.
package exposure

import (
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// cisURL is where the CIS AWS Foundations Benchmark is found.
const cisURL = "https://www.cisecurity.org/benchmark/amazon_web_services"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return caller.Named([]*detect.Rule{
		BucketPolicyPublic(),
		BucketPolicyCrossAccount(),
		BucketACLPublic(),
		PublicAccessBlockRemoved(),
		SnapshotShared(),
		ImageShared(),
		DatabaseSnapshotShared(),
		DatabaseMadePublic(),
		FunctionPolicyOpened(),
		FunctionURLPublic(),
		ResourcePolicyOpened(),
		KeyPolicyChanged(),
		MessagePolicyPublic(),
		SharingGuardDisabled(),
		EBSEncryptionDefaultDisabled(),
		SerialConsoleEnabled(),
		BuildProjectPublic(),
		ReplicationExternal(),
		BucketPolicyChanged(),
	})
}
