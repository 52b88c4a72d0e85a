/** A PKCS#10 request in PEM, of nobody's key: `CN=ann, O=devs`, Ed25519. */
export const sampleCertificateRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIGcMFACAQAwHTEMMAoGA1UEAwwDYW5uMQ0wCwYDVQQKDARkZXZzMCowBQYDK2Vw
AyEAKRfIfac9fYPMm1oYjltjZ+juD8Te/AtwTCErqEqjLCegADAFBgMrZXADQQA6
6yLoMKpuPHFe9052h95feK4B+50nxqwcHGba3dBf9DTNlzJtmopTLioU1rJhjXsc
Bbx3oA69+BLbzFBpnSgJ
-----END CERTIFICATE REQUEST-----
`;
