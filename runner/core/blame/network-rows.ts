import { type Group, row } from './row.ts';

const CLOSED = 'closed the connection before it had answered';

const SOCKET: Group = {
  source: 'Node.js, "Common system errors", and libuv, "Error constants"; with the host before the words',
  rows: [
    row('unreachable', 'ECONNREFUSED', 'refused the connection'),
    row('unreachable', 'ECONNRESET EPIPE ECONNABORTED ENOTCONN ESHUTDOWN', CLOSED),
    row('unreachable', 'ENOTFOUND', 'is not known to DNS'),
    row('unreachable', 'ENODATA EAI_NODATA EAI_NONAME EAI_ADDRFAMILY', 'has no address in DNS'),
    row('unreachable', 'EHOSTUNREACH EHOSTDOWN', 'cannot be reached from here'),
    row('unreachable', 'ETIMEDOUT', 'did not accept a connection in time'),
    row('route', 'EAI_AGAIN EAI_FAIL', 'could not be looked up in DNS just now'),
    row('route', 'ENETUNREACH ENETDOWN ENONET', 'cannot be reached: there is no route to its network'),
    row(
      'machine',
      'EMFILE ENFILE',
      'The runner has as many files and connections open as it may (ulimit -n).',
    ),
    row(
      'machine',
      'ENOBUFS ENOMEM EAI_MEMORY',
      'The machine of the runner has no memory left for a connection.',
    ),
    row('machine', 'EADDRNOTAVAIL', 'The runner has no free port left for a connection.'),
    row('machine', 'EADDRINUSE EAGAIN', 'The machine of the runner has no connection left.'),
    row(
      'machine',
      'EPERM EACCES ERR_IP_BLOCKED',
      'The machine of the runner forbids it (a firewall, a sandbox or a file permission).',
    ),
    row(
      'machine',
      'ERR_MEMORY_ALLOCATION_FAILED ERR_BUFFER_TOO_LARGE ERR_STRING_TOO_LONG',
      'The runner has no memory left for a body.',
    ),
    row('machine', 'ENOSPC EDQUOT', "The runner's disk is full."),
    row('machine', 'EROFS', "The runner's disk is read-only."),
    row('machine', 'EIO', "The runner's disk cannot be read or written."),
    row(
      'request',
      'ERR_INVALID_CHAR ERR_INVALID_HTTP_TOKEN ERR_UNESCAPED_CHARACTERS ERR_INVALID_URL ERR_INVALID_PROTOCOL ERR_HTTP_INVALID_HEADER_VALUE',
    ),
    row(
      'request',
      'ERR_OSSL_* ERR_CRYPTO_*',
      'cannot be asked: the client certificate or its key is not valid PEM',
    ),
    row('ended', 'ABORT_ERR ERR_CANCELED ECANCELED'),
  ],
};

const NOT_HTTP = 'answered, but not in correct HTTP';

const UNDICI: Group = {
  source: "undici, lib/core/errors.js, and llhttp's errors; with the host before the words",
  rows: [
    row('unreachable', 'UND_ERR_CONNECT_TIMEOUT', 'did not accept a connection in time'),
    row('unreachable', 'UND_ERR_HEADERS_TIMEOUT', 'did not answer in time'),
    row('unreachable', 'UND_ERR_BODY_TIMEOUT', 'stopped in the middle of its answer'),
    row('unreachable', 'UND_ERR_SOCKET', CLOSED),
    row('unreachable', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'sent another length than it had announced'),
    row('unreachable', 'UND_ERR_INFO UND_ERR', CLOSED),
    row(
      'unreachable',
      'ERR_HTTP2_STREAM_ERROR ERR_HTTP2_STREAM_CANCEL ERR_HTTP2_SESSION_ERROR ERR_HTTP2_GOAWAY_SESSION ' +
        'ERR_HTTP2_INVALID_STREAM ERR_HTTP2_INVALID_SESSION',
      'broke off its answer (HTTP/2)',
    ),
    row(
      'notHttp',
      'ERR_HTTP2_ERROR ERR_HTTP2_TOO_MANY_INVALID_FRAMES ERR_HTTP2_HEADER_SINGLE_VALUE ERR_HTTP2_INVALID_HEADER_VALUE',
      'answered, but not in correct HTTP/2',
    ),
    {
      codes: ['UND_ERR_SOCKET bad upgrade'],
      sort: 'notHttp',
      message: 'switched to another protocol (101), which was not asked for',
    },
    {
      codes: ['UND_ERR_SOCKET bad response'],
      sort: 'notHttp',
      message: 'sent an answer that was not asked for (100 Continue, or a second answer)',
    },
    row('notHttp', 'HTTPParserError HPE_*', NOT_HTTP),
    row(
      'notHttp',
      'UND_ERR_HEADERS_OVERFLOW HPE_HEADER_OVERFLOW',
      'answered with more than 16 KiB of headers',
    ),
    row('request', 'UND_ERR_INVALID_ARG UND_ERR_NOT_SUPPORTED UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'),
    row(
      'machine',
      'ERR_WEBASSEMBLY_NOT_SUPPORTED',
      'This Node.js has no WebAssembly, so nothing can be asked by HTTP.',
    ),
    row(
      'ours',
      'UND_ERR_INVALID_RETURN_VALUE UND_ERR_DESTROYED UND_ERR_CLOSED UND_ERR_BPL_MISSING_UPSTREAM UND_ERR_RES_EXCEEDED_MAX_SIZE ' +
        'UND_ERR_REQ_RETRY UND_ERR_RESPONSE UND_ERR_REDIRECT_MAX UND_ERR_MAX_ORIGINS_REACHED UND_ERR_WS_MESSAGE_SIZE_EXCEEDED',
    ),
    row('route', 'UND_ERR_PRX_TLS UND_ERR_PRX_CONN UND_ERR_SOCKS5*', 'cannot be reached through the proxy'),
    row('ended', 'UND_ERR_ABORTED UND_ERR_ABORT'),
  ],
};

const NOT_TRUSTED = 'has a TLS certificate that no trusted authority signed';

const TLS: Group = {
  source:
    'Node.js, "X509 certificate error codes", and OpenSSL, "Error codes"; with the host before the words',
  rows: [
    row('untrusted', 'CERT_HAS_EXPIRED', 'has a TLS certificate that has expired'),
    row('untrusted', 'CERT_NOT_YET_VALID', 'has a TLS certificate that is not valid yet'),
    row(
      'untrusted',
      'ERR_TLS_CERT_ALTNAME_INVALID ERR_TLS_CERT_ALTNAME_FORMAT HOSTNAME_MISMATCH',
      'has a TLS certificate for another name',
    ),
    row('untrusted', 'CERT_REVOKED', 'has a TLS certificate that was revoked'),
    row(
      'untrusted',
      'DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE UNABLE_TO_GET_ISSUER_CERT ' +
        'UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_UNTRUSTED CERT_REJECTED INVALID_CA',
      NOT_TRUSTED,
    ),
    row(
      'untrusted',
      'UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY ' +
        'CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CRL_NOT_YET_VALID CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ' +
        'ERROR_IN_CERT_NOT_AFTER_FIELD ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM ' +
        'CERT_CHAIN_TOO_LONG PATH_LENGTH_EXCEEDED INVALID_PURPOSE CA_MD_TOO_WEAK EE_KEY_TOO_SMALL CA_KEY_TOO_SMALL',
      'has a TLS certificate that is not valid',
    ),
    row(
      'untrusted',
      'ERR_SSL_EE_KEY_TOO_SMALL ERR_SSL_CA_MD_TOO_WEAK ERR_SSL_DH_KEY_TOO_SMALL',
      'has a TLS key that is too weak',
    ),
    row(
      'notHttp',
      'ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_PACKET_LENGTH_TOO_LONG ERR_SSL_RECORD_LAYER_FAILURE ERR_SSL_HTTP_REQUEST',
      'answered, but not in TLS: another protocol, or another version of it, is spoken at this port',
    ),
    row(
      'unreachable',
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'asks for a client certificate. Give one with clientCertificate',
    ),
    row(
      'request',
      'ERR_SSL_KEY_VALUES_MISMATCH ERR_OSSL_X509_KEY_VALUES_MISMATCH',
      'cannot be asked: the key does not belong to the client certificate',
    ),
    row('unreachable', 'ERR_SSL_* ERR_TLS_* EPROTO', 'broke the TLS handshake'),
  ],
};

/** Errors that the AWS SDK throws before or after the call, without a code of AWS. */
const SDK: Group = {
  source:
    'AWS SDK for JavaScript v3: @smithy/core, @aws-sdk/core, middleware-sdk-sqs, checksums, credential providers',
  rows: [
    row('noCredentials', 'CredentialsProviderError ProviderError'),
    row(
      'credentials',
      'TokenProviderError LogInError',
      "The session of AWS IAM Identity Center (SSO) has ended. Sign in again: 'aws sso login'.",
    ),
    row('unreachable', 'TimeoutError', 'did not answer in time'),
    row('unreachable', 'NoAnswer', 'gave no answer'),
    row('ended', 'AbortError'),
    { codes: ['Error Region is missing'], sort: 'noRegion' },
    { codes: ['Error InvalidChecksumError'], sort: 'receipt' },
    { codes: ['Error Invalid MD5 checksum on messages', 'Error Checksum mismatch'], sort: 'garbled' },
    { codes: ['NotAws', 'SyntaxError', 'Error @aws-sdk XML parse error'], sort: 'notAws' },
    {
      codes: ['Error Invalid region'],
      sort: 'invalid',
      message: 'The AWS region is not valid. Correct the region of the environment.',
    },
    row(
      'invalid',
      'EndpointError',
      'The SDK makes no address of what the step names. Correct the name, ARN or region.',
    ),
  ],
};

/** The codes of the network, of TLS and of HTTP, and those of the AWS SDK itself. */
export const NETWORK_GROUPS: readonly Group[] = [SOCKET, UNDICI, TLS, SDK];
