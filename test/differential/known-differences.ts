/**
 * Where Milo answers otherwise than the peer, on purpose, and why. An entry that matches nothing any more is a
 * failure: it would hide the next difference at its place.
 */
export interface KnownDifference {
  /** The case and request, as `Found.request` says them. */
  readonly request: RegExp;
  /** The place in the answer, as `Difference.at` says it. */
  readonly at: RegExp;
  readonly reason: string;
  /** It depends on the peer's past, so it may be gone without being fixed. */
  readonly isOccasional?: true;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    request: / (GET|HEAD) (\/nope|\/apis\/nope|\/\/api|\/healthz\/nope)/,
    at: /^(headers\.(content-type|x-content-type-options)|layout|body)$/,
    reason:
      'Below no root that is served kube-apiserver answers in plain text. Milo says every 404 as a Status, in the encoding that was asked for; clients make the same error of both.',
  },
  {
    request: / GET \/api(\/|\?| |$)/,
    at: /^(body\.serverAddressByClientCIDRs\.0\.serverAddress|body\.1\.2\.1\.2\.1\.2)$/,
    reason: "Each server's own address.",
  },
  {
    request: / GET \/apis?(\/|\?| |$)/,
    at: /^headers\.vary$/,
    reason:
      'The answer depends on Accept, and caches between have to know it also where it is not aggregated.',
  },
  {
    request: / (POST|PUT|DELETE) \/apis$/,
    at: /./,
    reason:
      'kube-apiserver answers any method with the list of groups; Milo has nothing there that could be written.',
  },
  {
    request: / \/api\/v1\/namespaces\/\{ns\}\/serviceaccounts\/x\/token$/,
    at: /^(status|body\.(message|reason|code))$/,
    reason: 'Tokens of service accounts are not issued yet, and what is not served is not found.',
  },
  {
    request: /^media types of answers \/ 4[01] /,
    at: /^body\.message$/,
    reason: 'kube-apiserver adds the name of a Go type.',
  },
  {
    request: /^(bodies that are no objects|deletes and their options) /,
    at: /^body\.message$/,
    reason:
      'The message names the source file of the scheme, which depends on how kube-apiserver was built: Milo has what the released binaries say.',
  },
  {
    request: /^(fields that no schema knows \/ [35]|patches of every type \/ 1[456]) /,
    at: /^body\.(message|details\.causes\.0\.message)$/,
    reason: 'The patched object that the message repeats has its keys in another order.',
  },
  {
    request: /^(apply makes, changes, takes back \/ 20|YAML \/ 29) /,
    at: /^body\.message$/,
    reason: 'What is wrong with a YAML text is told by another parser.',
  },
  {
    request: / \/api\/v1\/namespaces\/\{ns\}\/services/,
    at: /^body\.(items\.\d+\.)?spec\.ipFamil(ies|yPolicy)$/,
    reason: 'No cluster IPs are allocated: there is no family to prefer.',
  },
  {
    request: /^a ConfigMap through its life \/ 6 /,
    at: /^body\.message$/,
    reason: 'kube-apiserver tells the key in etcd and what its client library returned.',
  },
  {
    request: / (GET|DELETE|POST|PATCH) /,
    at: /columnDefinitions\.\d+\.description$/,
    reason: 'What columns mean is told in words of our own.',
  },
  {
    request: / GET .*\?continue=nope$/,
    at: /^body\.message$/,
    reason: 'Our continue tokens are no JSON: there is no error of its parser to repeat.',
  },
  {
    request: / GET .*[?&]resourceVersion=nope$/,
    at: /^(status|body\.(message|reason|code))$/,
    reason:
      "The watch cache says 500 where etcd says 400: it is the client's mistake, so Milo says 400 everywhere.",
  },
  {
    request: / GET .*\?fieldSelector==$/,
    at: /./,
    reason:
      'A selector of the empty field: kube-apiserver takes it for none, Milo says that there is no such field.',
  },
  {
    request: /^watches refused \/ 1[12] /,
    at: /^(layout|body)$/,
    reason:
      'Revision 1 is compacted where the peer has run for a while, and is not in a server of a few seconds.',
    isOccasional: true,
  },
  {
    request: /^discovery of groups served whole \/ \d+ GET \/apis\/admissionregistration\.k8s\.io\/v1$/,
    at: /^body\.resources\.[01]\.storageVersionHash$/,
    reason: 'kube-apiserver still stores mutating policies as v1beta1, for who goes back a release.',
  },
  {
    request: /^refusals of discovery \/ \d+ GET \/openapi\/v[23]/,
    at: /^(headers\.(content-type|vary)|layout|body)$/,
    reason: 'Refusals are a Status below /openapi too, where kube-apiserver sends nothing.',
  },
  {
    request: /^protobuf \/ \d+ GET \/api$/,
    at: /^body\.0\.1\.0\.1$/,
    reason: 'Not yet: the envelope of APIVersions says v1, and nothing in kube-apiserver.',
  },
  {
    request: /^watches refused \/ 14 /,
    at: /./,
    reason:
      'kube-apiserver fills in a resourceVersionMatch of its own and then forbids it beside a continue token, which means nothing in a watch.',
  },
  {
    request: / GET \/version/,
    at: /^body\.(major|minor|gitVersion|gitCommit|gitTreeState|buildDate|goVersion|compiler|platform|emulation|minCompat)/,
    reason: 'Each server is itself.',
  },
  {
    request: / GET \/version$/,
    at: /^(status|headers|body)/,
    reason: 'Nobody is refused the version, whatever they accept.',
  },
  {
    request: / GET \/healthz\?verbose=false$/,
    at: /^body$/,
    reason: 'Each server has its own checks.',
  },
  {
    request:
      /^wrong fields of (VAP|MAP|ValidatingWebhook) .*change=[\w.]*([eE]xpression|variables|validations|matchConditions|mutations|auditAnnotations)/,
    at: /^(status|body)/,
    reason: 'Expressions are stored and not compiled yet, so none of them is refused for what it says.',
  },
  {
    request: /^wrong fields of Service(Ext|Headless) /,
    at: /^(status|body\.(message|details\..*|spec\.(clusterIPs?|ipFamil\w+)))$/,
    reason:
      'No cluster IPs are allocated: there is no range that an address could be in, and no family to prefer.',
  },
  {
    request: /^wrong fields of (VAP|MAP|ValidatingWebhook) /,
    at: /^body\.(metadata|details)\.uid$/,
    reason: 'Uids are named by their order, and what kube-apiserver refuses above has none.',
  },
  {
    request: /^wrong fields of (CoreEvent|CoreEventNew|EndpointSlice|EndpointSliceFqdn|Role|ClusterRole) /,
    at: /^body\.metadata\.managedFields/,
    reason:
      'Not yet: a field that a write empties, and that Go writes as null then, belongs in kube-apiserver to who emptied it.',
  },
  {
    request: /^wrong fields of ServiceAccount .* PUT .*change=secrets\./,
    at: /^body\.metadata\.managedFields$/,
    reason:
      'Not yet: kube-apiserver drops all of managedFields where an item has no key, and Milo tracks the rest.',
  },
];
