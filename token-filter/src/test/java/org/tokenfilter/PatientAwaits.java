package org.tokenfilter;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * What tests await comes, and sooner than they give up: how long it takes is the machine's matter,
 * which may have other things to do for longer than Awaitility's ten seconds.
 */
public final class PatientAwaits implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }
}
