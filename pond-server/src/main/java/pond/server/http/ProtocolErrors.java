package pond.server.http;

import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Errors that happen below the routes: headers too large, a broken request line, a request while stopping. Jetty would
 * answer them with a page of its own.
 */
final class ProtocolErrors extends ErrorHandler {
    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        FrontDoor.standardHeaders(headers, FrontDoor.requestId(request));
        headers.put(HttpHeader.CONTENT_TYPE, ErrorBody.CONTENT_TYPE);
        if (code == 503) {
            headers.put(HttpHeader.RETRY_AFTER, ErrorBody.RETRY_AFTER);
        }
        response.write(true, ByteBuffer.wrap(ErrorBody.of(code, detail(code), List.of())), callback);
    }

    private static String detail(int code) {
        return switch (code) {
            case 400 -> "this is not a request that the server can read";
            case 408 -> "the request did not arrive in time";
            case 413 -> "the body is larger than is taken";
            case 414, 431 -> "the request line or the headers are larger than 16 KiB";
            case 501 -> "this server does not know the method";
            case 503 -> "the server is about to stop; try again in a moment";
            case 505 -> "this server speaks HTTP/1.1";
            default -> code >= 500 ? "something went wrong inside the server" : "the request cannot be served";
        };
    }
}
