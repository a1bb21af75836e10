package redirect.https;

import java.io.IOException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;

/**
 * What an integration finds as the handler of `https`: requests to the vendor become plain ones to the server of the
 * test. Every other host is refused.
 */
public class Handler extends URLStreamHandler {
    @Override
    protected URLConnection openConnection(URL url) throws IOException {
        if (!url.getHost().equals(System.getenv("PROOF_HOST"))) {
            throw new IOException("no host of this test: " + url.getHost());
        }
        int port = Integer.parseInt(System.getenv("PROOF_PORT"));
        return new URL("http", "127.0.0.1", port, url.getFile()).openConnection();
    }

    @Override
    protected int getDefaultPort() {
        return 443;
    }
}
