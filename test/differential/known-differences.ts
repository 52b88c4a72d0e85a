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
    request: / \/apis\/apiextensions\.k8s\.io\/v1\/customresourcedefinitions\//,
    at: /^body\.metadata\.(resourceVersion|managedFields\.\d+)$/,
    reason:
      'What those controllers write of the status is a write of its own there, with a revision and a manager.',
  },
  {
    request:
      /^names of definitions \/ \d+ POST \/apis\/apiextensions\.k8s\.io\/v1\/customresourcedefinitions\?dryRun=All$/,
    at: /^body\.(message|details\.causes)/,
    reason: 'Who gives no name is told that first, and what else is wrong after it.',
  },
  {
    request: /^wrong fields of .*change=[\w.]*[eE]xpression%3A%20%22(\.\.|\*|%C3%A9)%22$/,
    at: /^body\.(message|details\.causes\.\d+\.message)$/,
    reason:
      'What else is wrong behind a syntax error is told by how a parser generator goes on after it; Milo tells the first.',
  },
  {
    request: / (POST|PUT|PATCH) \/apis\/apiextensions\.k8s\.io\/v1\/customresourcedefinitions/,
    at: /^body\.status\.(conditions|acceptedNames)/,
    reason:
      'A definition is served from the moment it is answered, and says so in that answer. kube-apiserver has controllers that come to it later.',
  },
  {
    request:
      /^wrong fields of CustomResourceDefinition .*x-kubernetes-validations\.\d\.(rule|messageExpression)%3A%20%22(\.\.|\*|%C3%A9)%22$/,
    at: /^body\.(message|details\.causes\.\d+\.message)$/,
    reason: 'The same, of the rules of schemas.',
  },
  {
    request: /^wrong fields of CustomResourceDefinition .*change=versions%3A%20%5B/,
    at: /^body\.(message|details\.causes)/,
    reason:
      'A storage version that stands twice has its name in status.storedVersions both times; kube-apiserver looks for it twice there.',
  },
  {
    request: /^formats in rules \/ 0 /,
    at: /./,
    reason:
      'Not yet: whether a format has its arguments is seen when it is evaluated, not when it is compiled.',
  },
  {
    request:
      /^(custom resources|values of custom|rules of custom).* (GET|POST) \/apis\/\{ns\}\.example\.com\/v\d/,
    at: /^(headers\.(content-type|x-content-type-options)|layout|body)$/,
    reason: 'The plain text of what is not found, as above: of the handler of custom resources.',
  },
  {
    request: /^custom resources and what .* POST \/apis\/\{ns\}\.example\.com\/v1\/widgets$/,
    at: /^(status|headers\.allow)$/,
    reason: 'The list of all namespaces is there, so that it cannot be written is a 405.',
  },
  {
    request: /^custom resources and what .* PATCH .*\/scale$/,
    at: /^body\.(message|details\.causes\.0\.message)$/,
    reason: 'The patched object that the message repeats shows who manages its fields there.',
  },
  {
    request: /^custom resources of the cluster, in two versions \/ \d+ POST \/apis\/\{ns\}\.example\.com\/v2/,
    at: /^body\.spec\.b$/,
    reason:
      'Not yet: the answer to a create shows what was written, and not what of it the version that is stored drops; who reads it sees no difference.',
  },
  {
    request: /^custom resources.* GET .*\/widgets\/one\/(nope|status)$/,
    at: /^body\.(message|details)/,
    reason:
      'An endpoint that is not there is told as that; kube-apiserver says of custom resources that the object is not found.',
  },
  {
    request: /^wrong fields of APIService /,
    at: /^body\.metadata\.managedFields\.\d+\.manager$/,
    reason: 'Who says whether a service is there has a name of its own.',
  },
  {
    request: /^custom resources and what .* PUT .*\/scale$/,
    at: /^body\.(message|details\.(group|kind|causes))/,
    reason:
      'Not yet: that there may not be fewer than none is said of the Scale, and there of the custom resource.',
  },
  {
    request: /^values of custom resources \/ 0 POST /,
    at: /^headers\.warning$/,
    reason:
      'Not yet: a format of numbers is known wherever it stands; kube-apiserver warns of one at a text.',
  },
  {
    request: /^wrong fields of Service(Ext|Headless) /,
    at: /^(status|body\.(message|details\..*|spec\.(clusterIPs?|ipFamil\w+)))$/,
    reason:
      'No cluster IPs are allocated: there is no range that an address could be in, and no family to prefer.',
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
