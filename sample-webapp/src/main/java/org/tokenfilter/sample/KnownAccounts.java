package org.tokenfilter.sample;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns once if other machines can log in with the passwords of the README. */
public final class KnownAccounts implements ServletRequestListener {

  private static final Logger LOG = LoggerFactory.getLogger(KnownAccounts.class);

  /** An IP address. A host name would need a lookup. */
  private static final Pattern ADDRESS = Pattern.compile("\\[?[0-9A-Fa-f.:]+(%\\w+)?]?");

  private final AtomicBoolean warned = new AtomicBoolean(accountsReplaced());

  /** A listener for web.xml. */
  public KnownAccounts() {}

  private static boolean accountsReplaced() {
    return System.getProperty("token.credentials.file") != null
        || System.getenv("TOKEN_CREDENTIALS_FILE") != null;
  }

  @Override
  public void requestInitialized(ServletRequestEvent event) {
    if (warned.get()) {
      return;
    }
    ServletRequest request = event.getServletRequest();
    String address = request.getLocalAddr();
    if (isBeyondThisMachine(address) && warned.compareAndSet(false, true)) {
      LOG.warn(
          "The accounts of the sample, whose passwords are in its README, can be used at {}. Bind"
              + " the container to 127.0.0.1, or name a file with other accounts:"
              + " -Dtoken.credentials.file=FILE",
          address);
    }
  }

  private static boolean isBeyondThisMachine(@Nullable String address) {
    if (address == null || !ADDRESS.matcher(address).matches()) {
      return false;
    }
    try {
      return !InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException noAddress) {
      return false;
    }
  }
}
