namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Messages of programs that are everywhere. The subject is the remote address where there is one, else the user: who acted.
/// A template that another one would swallow stands before it.
/// </summary>
internal static class BuiltInTemplates
{
    /// <summary>OpenSSH's server, in its own words.</summary>
    public static readonly string[] OpenSsh =
    [
        "Accepted password for <*> from <subject> port <*> ssh2",
        "Accepted publickey for <*> from <subject> port <*> ssh2: <*>",
        "Accepted publickey for <*> from <subject> port <*> ssh2",
        "Accepted keyboard-interactive/pam for <*> from <subject> port <*> ssh2",
        "Failed password for invalid user <*> from <subject> port <*> ssh2",
        "Failed password for <*> from <subject> port <*> ssh2",
        "Failed none for invalid user <*> from <subject> port <*> ssh2",
        "Failed publickey for invalid user <*> from <subject> port <*> ssh2",
        "Failed publickey for <*> from <subject> port <*> ssh2",
        "Invalid user <*> from <subject> port <*>",
        "Invalid user <*> from <subject>",
        "input_userauth_request: invalid user <subject> [preauth]",
        "Connection closed by invalid user <*> <subject> port <*> [preauth]",
        "Connection closed by authenticating user <*> <subject> port <*> [preauth]",
        "Connection closed by <subject> port <*> [preauth]",
        "Connection closed by <subject> [preauth]",
        "Connection reset by <subject> port <*> [preauth]",
        "Connection reset by <subject> [preauth]",
        "Did not receive identification string from <subject> port <*>",
        "Did not receive identification string from <subject>",
        "Disconnected from invalid user <*> <subject> port <*> [preauth]",
        "Disconnected from authenticating user <*> <subject> port <*> [preauth]",
        "Disconnected from user <*> <subject> port <*>",
        "Disconnecting: Too many authentication failures for <subject> [preauth]",
        "error: Received disconnect from <subject>: <*>: com.jcraft.jsch.JSchException: Auth fail [preauth]",
        "error: Received disconnect from <subject>: <*>: No more user authentication methods available. [preauth]",
        "error: Received disconnect from <subject>: <*>",
        "error: maximum authentication attempts exceeded for <*> from <subject> port <*> ssh2 [preauth]",
        "fatal: Write failed: Connection reset by peer [preauth]",
        "message repeated <*> times: [ Failed password for <*> from <subject> port <*> ssh2]",
        "Received disconnect from <subject>: <*>: Bye Bye [preauth]",
        "Received disconnect from <subject>: <*>: Closed due to user request. [preauth]",
        "Received disconnect from <subject>: <*>: disconnected by user",
        "Received disconnect from <subject> port <*>:<*>: Bye Bye [preauth]",
        "Received disconnect from <subject> port <*>:<*>: disconnected by user",
        "Received disconnect from <subject>: <*>",
        "reverse mapping checking getaddrinfo for <*> [<subject>] failed - POSSIBLE BREAK-IN ATTEMPT!",
        "Address <subject> maps to <*>, but this does not map back to the address - POSSIBLE BREAK-IN ATTEMPT!",
        "Server listening on <*> port <*>.",
        "User <subject> from <*> not allowed because not listed in AllowUsers",
    ];

    /// <summary>Pluggable authentication modules, as they write through sshd, sudo, cron and others.</summary>
    public static readonly string[] Pam =
    [
        "PAM <*> more authentication failures; logname=<*> uid=<*> euid=<*> tty=<*> ruser=<*> rhost=<subject> user=<*>",
        "PAM <*> more authentication failures; logname=<*> uid=<*> euid=<*> tty=<*> ruser=<*> rhost=<subject>",
        "PAM <*> more authentication failure; logname=<*> uid=<*> euid=<*> tty=<*> ruser=<*> rhost=<subject> user=<*>",
        "PAM <*> more authentication failure; logname=<*> uid=<*> euid=<*> tty=<*> ruser=<*> rhost=<subject>",
        "PAM service(<*>) ignoring max retries; <*> > <*>",
        "pam_unix(<*>:auth): authentication failure; logname=<*> uid=<*> euid=<*> tty=<*> ruser=<*> rhost=<subject> user=<*>",
        "pam_unix(<*>:auth): authentication failure; logname=<*> uid=<*> euid=<*> tty=<*> ruser=<*> rhost=<subject>",
        "pam_unix(<*>:auth): check pass; user unknown",
        "pam_unix(<*>:session): session closed for user <subject>",
        "pam_unix(<*>:session): session opened for user <subject> by <*>",
    ];

    /// <summary>Orthanc and DCMTK, where masking would say too little. The subject is the calling application entity.</summary>
    public static readonly string[] Pacs =
    [
        "Association Received from AET <subject> on IP <*>",
        "Association Acknowledged (Max Send PDV: <*>) to AET <subject> on IP <*>",
        "Association Acknowledged (Max Send PDV: <*>)",
        "Association Accepted (Max Send PDV: <*>)",
        "Association Release with AET <subject> on IP <*>",
        "Association Received (<*>:<subject> -> <*>)",
        "Finishing association with AET <subject> on IP <*>: DUL Peer Requested Release",
        "Finishing association with AET <subject> on IP <*>: <*>",
        "Incoming connection from AET <subject> on IP <*>, calling AET <*>",
        "Incoming Store request from AET <subject> on IP <*>, calling AET <*>",
        "Incoming Find request from AET <subject> on IP <*>, calling AET <*>",
        "Incoming Move request from AET <subject> on IP <*>, calling AET <*>",
        "Incoming Get request from AET <subject> on IP <*>, calling AET <*>",
        "Incoming Echo request from AET <subject> on IP <*>, calling AET <*>",
        "DICOM authorization rejected for AET <subject> on IP <*>: <*>",
        "DICOM authorization rejected  for AET <subject> on IP <*>: <*>",
        "Rejected <*> request from remote DICOM modality with AET \"<subject>\" and hostname \"<*>\"",
        "DIMSE failure (aborting association with AET <subject> on IP <*>): <*>",
        "Creating attachment \"<*>\" of \"<*>\" type (size: <*>)",
        "Read attachment \"<*>\" with content type <*> from cache",
        "New job submitted with priority <*>: <*>",
        "Executing job with priority <*> in worker thread <*>: <*>",
        "Job has completed with success: <*>",
        "Job has completed with failure: <*>",
        "Sending instance <*> to modality \"<subject>\"",
        "Accessing an inexistent item: <*>",
        "Bad file format: <*>",
        "storing DICOM file: <*>",
        "Sending file: <*>",
        "Received Store Response (<*>)",
        "Association Request Failed: <*>",
        "Refusing Association (<*>)",
    ];
}
