package org.tokenfilter.integration.container;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server's response to the opening handshake of a WebSocket.
 *
 * @param status 101 if the socket was opened
 * @param hello the first text received
 */
record Handshake(int status, @Nullable String hello) {

  private static final long SECONDS = 60;

  /** Opens a socket, waits for its first text, and closes it. */
  static Handshake perform(Client client, String path, String... headers) throws Exception {
    URI uri = URI.create(client.address(path).toString().replaceFirst("^http", "ws"));
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    CompletableFuture<String> hello = new CompletableFuture<>();
    WebSocket socket;
    try {
      socket =
          builder
              .buildAsync(
                  uri,
                  new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(
                        WebSocket from, CharSequence text, boolean last) {
                      hello.complete(text.toString());
                      return null;
                    }

                    @Override
                    public void onError(WebSocket from, Throwable error) {
                      hello.completeExceptionally(error);
                    }
                  })
              .get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return new Handshake(refused.getResponse().statusCode(), null);
      }
      throw e;
    }
    try {
      return new Handshake(101, hello.get(SECONDS, TimeUnit.SECONDS));
    } finally {
      socket.abort();
    }
  }
}
