using System.Collections.Frozen;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Words that programs use in log messages and that name nobody. Only these may stand in an event type that was made
/// by masking. Words that are also common first or family names are left out on purpose.
/// </summary>
internal static class Vocabulary
{
    private const string List =
        """
        a abort aborted aborting abstract accept accepted access accessing acknowledged action active add added address admin
        after age alarm alive all allocate allowed already an and anonymous api app application archive archived are as ascii
        assigned associate association associations at attachment attachments attempt attempts audit auth authenticate
        authentication authorization automated available awaiting awaking back backup bad batch be been before begin being bit
        block boot branching broken buffer bulk bus but by byte bytes cache call callback called caller calling cancel cancelled
        cannot capacity catalog certificate certificates change changed channel character check checking checksum child chunk
        class clean cleaned clear clearing client clients clock close closed closing cluster code codecs command commit committed
        compare complete completed compress compression compute config configuration configure conflict connect connected connecting
        connection connections consumer container content contents context contexts continue convert converted converting copy
        corrupt count counter crash create created creating critical current data database dataset date day debug decode default
        delete deleted deleting denied deploy description destination details detected device diagnostic dicom dictionary did
        directory disabled discard disconnect disconnected disconnecting disk distance do document done down download drop dropped
        due dump dumping duplicate dynamic echo element elements embedded empty enabled encoding encryption end ended ending
        endpoint engine enough entry environment error errors event events exceeded exception executing execution exist exists exit
        expected expired explicit export extended external extra fail failed failing failure failures false fatal fetch field file
        files filter final find finish finished finishing first flush flushing folder following for forbidden format found free
        from full generic get granted group guest had handle handler handshake has have header headers health heartbeat high
        history hit host hostname http https id identification identifiers identity idle ignored ignoring image images
        implementation implicit import in inactivity incoming incomplete index information init initialization initialize
        initialized initializing input insensitive insert inserted install installed installing instance instances interface
        internal interrupt invalid is issue it item items job jobs kernel key keys last latency late launch left length level limit
        line link list listed listening little load loaded loader loading local locale location lock locked log logged logger
        login logon logout lookup lossless lossy lost low main manager many mapping master match maximum max medium memory
        merge message messages meta metadata method methods migration minimum miss missing mode modality modalities modified
        module monitor more mount moved moving must name need needed negotiated negotiation network never new next no node none
        normal not nothing notification notice notify now null number object objects of off ok old on once one only open opened
        opening operation operator option options or order original other our out outgoing output overflow owner package packet
        page panic parameter parameters parent parse parsing partition pass passed password path patient patients pause paused
        payload peer pending permanent permission plugin poll pool port possible preferred present presentation print priority
        private procedure process processed processing profile progress prohibited property proposed protocol provided provider
        proxy publish push put quality query queries queue quit quota read reader ready reason receive received receiving
        recognized record recorded recover recovered recovery redirect reference refresh refuse refused refusing region register
        registered registering registration reject rejected release released releasing reload remaining remote remove removed
        rename repair repeated replica replicate reply report request requested requesting requests required reset resolve resource
        resources respond responded responding response restart restarted restarting restore restored result results resume
        resumed retries retry return returned reverse role rollback root route router row run running runtime save saved saving
        scan schedule scheduled schema scope screen script search second seconds section security see segment send sending sensor
        sent sequence series server service session sessions set setting settings setup shard share shell shutdown shutting
        signal size skip skipped sleep slow snapshot socket sockets source space stage stale standard standby start started
        starting startup state statistics status step steps stop stopped stopping storage store stored storing stream string
        studies study subscribe subscribed subscription success successful successfully suspend switch symbolic sync synchronized
        syntax system table tag target task tasks temporary terminate terminated test text the their there this thread threads
        threshold through time timeout timeouts timer title to token too tool topic total tracing track traffic trailing
        transaction transcoding transfer transferred transport trigger triggers true truncated try trying type unable unavailable
        unauthorized unencrypted unexpected unique unit unknown unlock unreachable unregister until unused up update updated
        updating upload uploaded uploading upgrade usage use used user users using usr valid validate validation value variable verified
        verify version view virtual volume wait waiting waked warning was watch wear web were when which while who window with
        without work worker write writer writing written wrong xml yes you
        ae aet cpu db dicomweb dimse dns ftp gpu hl jpeg json lua mpps ntp pacs pam pdf pdu pdv qido ram recv rest rq rsp scp scu
        sop sql ssh ssl stow sudo tcp tls udp uid uri url utf uuid wado xmit cron device devices echo login orthanc dcmtk civetweb
        preauth auto mac ip io os ui ok no tty euid uid rhost ruser logname
        assistant bundle capability capabilities claim encounter observation diagnostic report appointment slot practitioner
        organization condition procedure medication immunization questionnaire binary
        frames frame rendered thumbnail bulkdata ping metrics live liveness favicon index html css js static assets images admin
        changes exports modify anonymize preview attachments peers plugins explorer lookup statistics tools
        """;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words =
        List.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .ToFrozenSet(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether the list has the word; it is to be in small letters.</summary>
    public static bool Contains(ReadOnlySpan<char> word) => Words.Contains(word);
}
