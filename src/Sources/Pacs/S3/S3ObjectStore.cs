using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using MedStreams.Sources.Pacs.Located;

namespace MedStreams.Sources.Pacs.S3;

/// <summary>
/// Objects of Amazon S3 and of storage that speaks its language, under <c>s3:</c> addresses. A reading that was cut goes on within the object, and only of the same
/// ETag. Safe for several threads.
/// </summary>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private readonly S3StoreOptions _options;
    private readonly AmazonS3Client _client;

    /// <summary>A store; connects when it is read.</summary>
    /// <exception cref="ArgumentException">A value of the options is out of its range.</exception>
    public S3ObjectStore(S3StoreOptions options)
    {
        if (options.Buckets.Count == 0 || options.Retries < 0 || options.Timeout <= TimeSpan.Zero || (options.AccessKey is null) != (options.SecretKey is null))
            throw new ArgumentException("At least one bucket is needed, retries from 0 on, a time-out, and both keys or neither.", nameof(options));
        _options = options;
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.UsesPathStyle ?? options.Endpoint is not null,
            MaxErrorRetry = options.Retries,
            RetryMode = RequestRetryMode.Standard,
            Timeout = options.Timeout,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED, // the data set's own digest is what counts
        };
        if (options.Endpoint is { } endpoint)
            config.ServiceURL = endpoint.ToString();
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        _client = options.AccessKey is { } key ? new AmazonS3Client(key, options.SecretKey, config) : new AmazonS3Client(config);
    }

    /// <inheritdoc/>
    public string Name => _options.Endpoint is { } endpoint ? $"object storage {endpoint.Authority}" : $"Amazon S3 {_options.Region}";

    /// <inheritdoc/>
    public async Task<OpenedObject> OpenAsync(string location, long offset, CancellationToken cancellationToken)
    {
        var (bucket, key) = Parse(location);
        var request = new GetObjectRequest { BucketName = bucket, Key = key };
        if (offset > 0)
            request.ByteRange = new ByteRange($"bytes={offset}-");
        try
        {
            var response = await _client.GetObjectAsync(request, cancellationToken);
            if (offset > 0 && response.HttpStatusCode != HttpStatusCode.PartialContent)
            {
                response.Dispose();
                throw new ObjectStoreException(ObjectStoreFailure.Refused, "The storage does not read from within an object, so that one that was cut cannot go on.");
            }

            return new OpenedObject(response.ResponseStream, offset + response.ContentLength, response.ETag);
        }
        catch (Exception e) when (Failure(e, cancellationToken) is not null)
        {
            throw Failure(e, cancellationToken)!;
        }
    }

    /// <inheritdoc/>
    public async Task<string?> VersionAsync(string location, CancellationToken cancellationToken)
    {
        var (bucket, key) = Parse(location);
        try
        {
            return (await _client.GetObjectMetadataAsync(bucket, key, cancellationToken)).ETag;
        }
        catch (Exception e) when (Failure(e, cancellationToken) is not null)
        {
            throw Failure(e, cancellationToken)!;
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();

    private (string Bucket, string Key) Parse(string location) =>
        S3ObjectLocation.TryParse(location, out var bucket, out var key) && _options.Buckets.Contains(bucket, StringComparer.Ordinal)
            ? (bucket, key)
            : throw new ObjectStoreException(ObjectStoreFailure.Refused, "Its address is none of a declared bucket. Declare the bucket if it is to be read.");

    private static ObjectStoreException? Failure(Exception e, CancellationToken cancellationToken) => e switch
    {
        AmazonS3Exception told => Failure(told),
        AmazonClientException or HttpRequestException or SocketException or TimeoutException =>
            new ObjectStoreException(ObjectStoreFailure.Unavailable, "The storage does not answer.", e),
        OperationCanceledException when !cancellationToken.IsCancellationRequested =>
            new ObjectStoreException(ObjectStoreFailure.Unavailable, "The storage did not answer in time.", e),
        _ => null,
    };

    private static ObjectStoreException Failure(AmazonS3Exception e) => (e.StatusCode, e.ErrorCode) switch
    {
        (_, "NoSuchBucket") => new ObjectStoreException(ObjectStoreFailure.Refused, "There is no such bucket."),
        (_, "InvalidObjectState") => new ObjectStoreException(ObjectStoreFailure.Refused, "The object is archived: it has to be restored first (RestoreObject)."),
        (HttpStatusCode.NotFound, _) => new ObjectStoreException(ObjectStoreFailure.NotThere, "There is no such object."),
        (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, _) =>
            new ObjectStoreException(ObjectStoreFailure.Refused, $"The storage does not let it be read ({e.ErrorCode}): look at the keys and what they may."),
        (HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect or HttpStatusCode.BadRequest, _) =>
            new ObjectStoreException(ObjectStoreFailure.Refused, $"The storage sends elsewhere or does not take the request ({e.ErrorCode}): look at endpoint and region."),
        (HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable, _) =>
            new ObjectStoreException(ObjectStoreFailure.Changed, "The object was changed while it was read."),
        _ => new ObjectStoreException(ObjectStoreFailure.Unavailable, $"The storage does not answer in order ({(int)e.StatusCode} {e.ErrorCode}).", e),
    };
}
