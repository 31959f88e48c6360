package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

// credentialHandlers answer for what a user can have beside access keys and a password.
func credentialHandlers() handlers {
	h := handlers{}
	writes(h, func(r *request, in *iam.CreateServiceSpecificCredentialInput) (*iam.CreateServiceSpecificCredentialOutput, error) {
		c, err := r.addCredential(in.UserName, detect.ServiceCredential, "ACCASIM%013d")
		if err != nil {
			return nil, err
		}
		return &iam.CreateServiceSpecificCredentialOutput{ServiceSpecificCredential: &types.ServiceSpecificCredential{
			ServiceSpecificCredentialId: aws.String(c.id), ServiceName: in.ServiceName, UserName: in.UserName, Status: c.status(),
			CreateDate: aws.Time(c.created),
		}}, nil
	})
	reads(h, listServiceSpecificCredentials)
	writes(h, func(r *request, in *iam.UpdateServiceSpecificCredentialInput) (*iam.UpdateServiceSpecificCredentialOutput, error) {
		return &iam.UpdateServiceSpecificCredentialOutput{}, r.setCredential(in.UserName, in.ServiceSpecificCredentialId, in.Status)
	})
	writes(h, func(r *request, in *iam.DeleteServiceSpecificCredentialInput) (*iam.DeleteServiceSpecificCredentialOutput, error) {
		return &iam.DeleteServiceSpecificCredentialOutput{}, r.deleteCredential(in.UserName, in.ServiceSpecificCredentialId)
	})
	writes(h, func(r *request, in *iam.UploadSigningCertificateInput) (*iam.UploadSigningCertificateOutput, error) {
		c, err := r.addCredential(in.UserName, detect.SigningCertificate, "CERTSIM%017d")
		if err != nil {
			return nil, err
		}
		return &iam.UploadSigningCertificateOutput{Certificate: &types.SigningCertificate{
			CertificateId: aws.String(c.id), CertificateBody: in.CertificateBody, UserName: in.UserName, Status: c.status(),
		}}, nil
	})
	reads(h, listSigningCertificates)
	writes(h, func(r *request, in *iam.UpdateSigningCertificateInput) (*iam.UpdateSigningCertificateOutput, error) {
		return &iam.UpdateSigningCertificateOutput{}, r.setCredential(in.UserName, in.CertificateId, in.Status)
	})
	writes(h, func(r *request, in *iam.DeleteSigningCertificateInput) (*iam.DeleteSigningCertificateOutput, error) {
		return &iam.DeleteSigningCertificateOutput{}, r.deleteCredential(in.UserName, in.CertificateId)
	})
	writes(h, func(r *request, in *iam.UploadSSHPublicKeyInput) (*iam.UploadSSHPublicKeyOutput, error) {
		c, err := r.addCredential(in.UserName, detect.SSHPublicKey, "APKASIM%013d")
		if err != nil {
			return nil, err
		}
		return &iam.UploadSSHPublicKeyOutput{SSHPublicKey: &types.SSHPublicKey{
			SSHPublicKeyId: aws.String(c.id), SSHPublicKeyBody: in.SSHPublicKeyBody, UserName: in.UserName, Status: c.status(),
		}}, nil
	})
	reads(h, listSSHPublicKeys)
	writes(h, func(r *request, in *iam.UpdateSSHPublicKeyInput) (*iam.UpdateSSHPublicKeyOutput, error) {
		return &iam.UpdateSSHPublicKeyOutput{}, r.setCredential(in.UserName, in.SSHPublicKeyId, in.Status)
	})
	writes(h, func(r *request, in *iam.DeleteSSHPublicKeyInput) (*iam.DeleteSSHPublicKeyOutput, error) {
		return &iam.DeleteSSHPublicKeyOutput{}, r.deleteCredential(in.UserName, in.SSHPublicKeyId)
	})
	return h
}

func (c credential) status() types.StatusType {
	if c.inactive {
		return types.StatusTypeInactive
	}
	return types.StatusTypeActive
}

func listServiceSpecificCredentials(r *request, in *iam.ListServiceSpecificCredentialsInput) (*iam.ListServiceSpecificCredentialsOutput, error) {
	found, next, err := r.credentials(in.UserName, detect.ServiceCredential, in.Marker)
	out := &iam.ListServiceSpecificCredentialsOutput{Marker: next, IsTruncated: next != nil}
	for _, c := range found {
		out.ServiceSpecificCredentials = append(out.ServiceSpecificCredentials, types.ServiceSpecificCredentialMetadata{
			ServiceSpecificCredentialId: aws.String(c.id), UserName: in.UserName, Status: c.status(), CreateDate: aws.Time(c.created),
		})
	}
	return out, err
}

func listSigningCertificates(r *request, in *iam.ListSigningCertificatesInput) (*iam.ListSigningCertificatesOutput, error) {
	found, next, err := r.credentials(in.UserName, detect.SigningCertificate, in.Marker)
	out := &iam.ListSigningCertificatesOutput{Marker: next, IsTruncated: next != nil}
	for _, c := range found {
		out.Certificates = append(out.Certificates, types.SigningCertificate{
			CertificateId: aws.String(c.id), UserName: in.UserName, Status: c.status(), UploadDate: aws.Time(c.created),
		})
	}
	return out, err
}

func listSSHPublicKeys(r *request, in *iam.ListSSHPublicKeysInput) (*iam.ListSSHPublicKeysOutput, error) {
	found, next, err := r.credentials(in.UserName, detect.SSHPublicKey, in.Marker)
	out := &iam.ListSSHPublicKeysOutput{Marker: next, IsTruncated: next != nil}
	for _, c := range found {
		out.SSHPublicKeys = append(out.SSHPublicKeys, types.SSHPublicKeyMetadata{
			SSHPublicKeyId: aws.String(c.id), UserName: in.UserName, Status: c.status(), UploadDate: aws.Time(c.created),
		})
	}
	return out, err
}

// credentials returns a page of a user's credentials of a kind.
func (r *request) credentials(user *string, kind detect.ResourceType, marker *string) (found []credential, next *string, err error) {
	p, err := r.holder(detect.User, user)
	if err != nil {
		return nil, nil, err
	}
	all := slices.DeleteFunc(slices.Clone(p.credentials), func(c credential) bool { return c.kind != kind })
	found, next = page(r, all, marker)
	return found, next, nil
}

func (r *request) addCredential(user *string, kind detect.ResourceType, format string) (credential, error) {
	p, err := r.holder(detect.User, user)
	if err != nil {
		return credential{}, err
	}
	c := credential{kind: kind, id: r.newID(format), created: r.now}
	p.credentials = append(p.credentials, c)
	return c, nil
}

func (r *request) credential(user, id *string) (*principal, int, error) {
	p, err := r.holder(detect.User, user)
	if err != nil {
		return nil, 0, err
	}
	n := slices.IndexFunc(p.credentials, func(c credential) bool { return c.id == aws.ToString(id) })
	if n < 0 {
		return nil, 0, noSuchEntity("The credential with id %s cannot be found.", aws.ToString(id))
	}
	return p, n, nil
}

func (r *request) setCredential(user, id *string, to types.StatusType) error {
	p, n, err := r.credential(user, id)
	if err == nil {
		p.credentials[n].inactive = to != types.StatusTypeActive
	}
	return err
}

func (r *request) deleteCredential(user, id *string) error {
	p, n, err := r.credential(user, id)
	if err == nil {
		p.credentials = slices.Delete(p.credentials, n, n+1)
	}
	return err
}
