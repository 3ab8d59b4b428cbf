// The keys a page listens to; typing in a field and open dialogs keep theirs. A key pressed while the next page is on its
// way is kept for a moment and given to that page.
const PATIENCE = 1500;
let waiting = null;
let listening = 0;
export default {
  template: `<span></span>`,
  props: { keys: Array, inDialog: Boolean, ahead: Boolean },
  mounted() {
    if (this.ahead) {
      listening += 1;
      if (waiting && Date.now() - waiting.at < PATIENCE && this.keys.includes(waiting.key)) this.$emit("key", waiting.key);
      waiting = null;
    }
    this.handler = (event) => {
      const at = document.activeElement;
      const typing = at && ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName);
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (!this.inDialog && !listening && !typing && !document.querySelector(".q-dialog")) waiting = { key: event.key, at: Date.now() };
      if (!this.keys.includes(event.key)) return;
      if (this.inDialog) {
        if (!document.querySelector(".q-dialog")) return;
        if (typing && event.key !== "Enter") return;
        if (typing && event.isComposing) return;
      } else if (typing || document.querySelector(".q-dialog")) return;
      event.preventDefault();
      this.$emit("key", event.key);
    };
    document.addEventListener("keydown", this.handler);
  },
  unmounted() {
    if (this.ahead) listening -= 1;
    document.removeEventListener("keydown", this.handler);
  },
};
