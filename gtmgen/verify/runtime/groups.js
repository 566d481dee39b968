// Trigger groups: one fires once on a page, when each of its members has fired at least once, in any order.

class Groups {
  constructor(page) {
    this.page = page;
    this.fired = new Set(); // members, by the id that the program gives each
    this.groups = [];
  }

  // The hidden tag of a group, or of one of its members.
  take(given) {
    if (isTrue(given.isListeningTag)) this.fired.add(given.firingId);
    else this.groups.push({ id: given.uniqueTriggerId, members: given.triggerIds, done: false });
    for (const group of this.groups) {
      if (group.done || !group.members.every((id) => this.fired.has(id))) continue;
      group.done = true;
      this.page.push({ event: "gtm.triggerGroup", "gtm.triggers": group.id });
    }
  }
}
