// The keys a page listens to; typing in a field and open dialogs keep theirs.
export default {
  template: `<span></span>`,
  props: { keys: Array, inDialog: Boolean },
  mounted() {
    this.handler = (event) => {
      const at = document.activeElement;
      const typing = at && ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName);
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
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
    document.removeEventListener("keydown", this.handler);
  },
};
