package org.tokenfilter.integration.container;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Sends chains of dispatches to an application, and asks it which pages ran. */
final class ChainRuns implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Of an order that has Undertow forget to end a request. */
  private static final Duration LITTLE_PATIENCE = Duration.ofSeconds(3);

  private static final int AT_ONCE = 8;

  /** What came of a chain: the pages that ran, such as {@code P0=null}, and the answer. */
  record Run(List<String> pages, int status, String body) {

    /** Without the users. */
    List<String> pagesAlone() {
      return pages.stream().map(page -> page.substring(0, page.indexOf('='))).toList();
    }
  }

  private record Reply(String id, int status, String body) {}

  private final Deployment deployment;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger ids = new AtomicInteger();

  ChainRuns(Container container, ChainApplication application) throws Exception {
    deployment = Deployment.of(container, application.war());
  }

  /** Headers that present a session token. */
  String[] logIn() throws Exception {
    return deployment.client().session(Client.ALICE).headers();
  }

  /** Requests a page for each chain; headers come as name, value, name, value. */
  Map<DispatchChain, Run> run(List<DispatchChain> chains, String page, String... headers)
      throws Exception {
    return run(chains, chain -> send(chain, page, headers, PATIENCE, 2));
  }

  /** Has the threads of each chain go on in an order of theirs. */
  Map<DispatchChain, Run> runInOrder(
      String order, List<DispatchChain> chains, String page, String... headers) throws Exception {
    String[] all =
        Stream.concat(Stream.of("Chain-Order", order), Stream.of(headers)).toArray(String[]::new);
    return run(chains, chain -> send(chain, page, all, LITTLE_PATIENCE, 1));
  }

  private Map<DispatchChain, Run> run(
      List<DispatchChain> chains, Function<DispatchChain, CompletableFuture<Reply>> client)
      throws Exception {
    Map<DispatchChain, CompletableFuture<Reply>> replies = new HashMap<>();
    Semaphore permits = new Semaphore(AT_ONCE);
    for (DispatchChain chain : chains) {
      permits.acquire();
      replies.put(chain, client.apply(chain).whenComplete((reply, failure) -> permits.release()));
    }
    CompletableFuture.allOf(replies.values().toArray(CompletableFuture<?>[]::new)).join();
    Map<String, List<String>> pages = pages();
    Map<DispatchChain, Run> runs = new HashMap<>();
    for (DispatchChain chain : chains) {
      Reply reply = Objects.requireNonNull(replies.get(chain)).join();
      runs.put(chain, new Run(pages.getOrDefault(reply.id, List.of()), reply.status, reply.body));
    }
    return runs;
  }

  /** A request whose connection breaks off is an answer; it is not sent again under its name. */
  private CompletableFuture<Reply> send(
      DispatchChain chain, String page, String[] headers, Duration maxWait, int attempts) {
    String id = "r" + ids.incrementAndGet();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(deployment.address() + page))
            .timeout(maxWait)
            .header("Chain", chain.toString())
            .header("Chain-Id", id)
            .POST(HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client
        .sendAsync(request.build(), BodyHandlers.ofString())
        .handle((answer, failure) -> reply(id, answer))
        .thenCompose(
            reply ->
                reply.status == 0 && attempts > 1
                    ? send(chain, page, headers, maxWait, attempts - 1)
                    : CompletableFuture.completedFuture(reply));
  }

  private static Reply reply(String id, @Nullable HttpResponse<String> answer) {
    return answer == null
        ? new Reply(id, 0, "")
        : new Reply(id, answer.statusCode(), answer.body());
  }

  /** By the names of requests, when all that runs has ended. */
  private Map<String, List<String>> pages() {
    String told =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                () -> deployment.client().another().get("/public/runs").text(),
                text -> text.startsWith("1\n"));
    Map<String, List<String>> pages = new HashMap<>();
    told.lines()
        .skip(1)
        .map(line -> line.split(" ", -1))
        .forEach(words -> pages.put(words[0], Stream.of(words).skip(1).toList()));
    return pages;
  }

  @Override
  public void close() {
    deployment.close();
  }
}
