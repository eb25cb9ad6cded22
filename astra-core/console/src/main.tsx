// The console: signing in, or the page that the address names.

import { render, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import "./console.css";
import "../client/pages.css";
import { Notices } from "./frame/notices.tsx";
import { Layout } from "./frame/layout.tsx";
import { place, Routed } from "./frame/router.tsx";
import { epoch, signedIn, start } from "./frame/session.ts";
import { Invitation } from "./frame/invitation.tsx";
import { Setup } from "./frame/register.tsx";
import { SignIn } from "./frame/signin.tsx";

function Console(): VNode {
  useEffect(() => void start(), []);
  if (place.value.page === "setup" && signedIn.value !== "in") return <Door><Setup /></Door>;
  if (place.value.page === "invitation") return <Door><Invitation /></Door>;
  if (signedIn.value === "starting") return <p class="loading" role="status">Reading …</p>;
  if (signedIn.value === "out") return <Door><SignIn /></Door>;
  // Nothing that was read for one sign-in is left for another.
  return <Layout key={epoch.value} />;
}

function Door({ children }: { children: VNode }): VNode {
  return (
    <>
      {children}
      <Notices />
    </>
  );
}

const root = document.getElementById("console");
if (root !== null) {
  render(
    <Routed>
      <Console />
    </Routed>,
    root,
  );
}
