package data

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodProtection returns what a harmless event made of a bucket's versioning or of its default encryption.
func goodProtection(ev *cloudtrail.Event) (detect.State, bool) {
	bucket, err := bucketOf(ev)
	if err != nil {
		return detect.State{}, false
	}
	s := detect.State{Resource: detect.Resource{Type: detect.Bucket, ID: bucket}}
	switch ev.Name {
	case putVersioning:
		v, err := readVersioning(ev)
		if err != nil || v.Status != "Enabled" {
			return detect.State{}, false
		}
		s.Aspect = "bucket-versioning"
		s.State, err = json.Marshal(map[string]string{"status": "Enabled"})
		return s, err == nil
	case deleteEncryption:
		return detect.State{}, false
	}
	rules, err := encryptionRules(ev)
	if err != nil || len(rules) != 1 || rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm == "" {
		return detect.State{}, false
	}
	by := rules[0].ApplyServerSideEncryptionByDefault
	s.Aspect = "bucket-encryption"
	s.State, err = json.Marshal(map[string]any{
		"algorithm": by.SSEAlgorithm, "key": by.KMSMasterKeyID, "bucket_key": bool(rules[0].BucketKeyEnabled),
	})
	return s, err == nil
}
