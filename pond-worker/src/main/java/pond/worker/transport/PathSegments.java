package pond.worker.transport;

import okhttp3.HttpUrl;

/** Text from outside in a path; a slash in it stays one, because servers refuse an encoded one as ambiguous. */
final class PathSegments {
    private PathSegments() {}

    static String encode(String text) {
        HttpUrl url = new HttpUrl.Builder()
                .scheme("http")
                .host("localhost")
                .addPathSegments(text)
                .build();
        return url.encodedPath().substring(1);
    }
}
