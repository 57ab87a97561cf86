package org.tokenfilter.sample;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/slow?ms=N}: answers as whoami does after N ms, without blocking a thread. */
public final class SlowServlet extends HttpServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final int MAX_MILLIS = 60_000;

  private transient @Nullable ScheduledExecutorService timer;

  /** A servlet for web.xml. */
  public SlowServlet() {}

  @Override
  public void init() {
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            run -> {
              Thread thread = new Thread(run, "sample slow");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public void destroy() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String text = request.getParameter("ms");
    int millis = text != null && text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
    if (millis < 0 || millis > MAX_MILLIS || timer == null) {
      response.sendError(HttpServletResponse.SC_BAD_REQUEST);
      return;
    }
    String answer = WhoAmI.json(request);
    AsyncContext context = request.startAsync();
    context.setTimeout(2L * MAX_MILLIS);
    var unused = timer.schedule(() -> complete(context, answer), millis, TimeUnit.MILLISECONDS);
  }

  private static void complete(AsyncContext context, String answer) {
    HttpServletResponse response = (HttpServletResponse) context.getResponse();
    try {
      response.setContentType("application/json;charset=UTF-8");
      response.getWriter().write(answer);
    } catch (IOException clientGone) {
      response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
    } finally {
      context.complete();
    }
  }
}
